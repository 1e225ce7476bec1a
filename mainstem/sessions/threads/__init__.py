"""What a session does with the threads that it keeps: read, list, name, branch, export and delete them."""
