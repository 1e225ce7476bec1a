"""What is kept on disk: runs, changes that tools make, and the home folder that holds them."""
