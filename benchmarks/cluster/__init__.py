"""Three servers behind nginx over one PostgreSQL: see `__main__`."""
