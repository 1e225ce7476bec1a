"""Three servers behind nginx over one PostgreSQL: the parts of `benchmarks/cluster.py`."""
