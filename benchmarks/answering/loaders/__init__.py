"""One module a format: `load(path)` makes a suite of the files there."""
