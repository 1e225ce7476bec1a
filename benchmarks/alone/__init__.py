"""What is measured without a wire: each a program of its own, so that its process is new."""
