"""The peers: one adapter a file, each from the peer's own output to the facts of `Seen`."""
