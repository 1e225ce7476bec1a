"""Leases, fencing, taking over and notification, tried with what can go wrong between processes: see `__main__`.

The product's own code runs here: its threads are tasks that take turns, and its database is a model of PostgreSQL in
memory, a function for each statement. All that happens follows from a seed.
"""
