"""A review of source files: which files, what a model says of each, and the findings as they come."""
