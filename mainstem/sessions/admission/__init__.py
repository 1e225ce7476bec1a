"""What happens before a run begins: whether it may, and what it is given."""
