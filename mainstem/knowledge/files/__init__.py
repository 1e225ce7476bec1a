"""Files that hold documents: found, opened, read in a process of their own, and cut into passages."""
