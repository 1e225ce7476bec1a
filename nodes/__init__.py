"""What happens at each step: one module a node, named for its verb."""
