"""What the process of one query does; it is started by `sql_worker.py`, and imports nothing of the rooms around it."""
