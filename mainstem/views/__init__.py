"""What a run looks like, and where it is drawn: rows, and the terminal and notebook that show them."""
