"""Everything that files under a home keep, moved into the database of MAINSTEM_DATABASE_URL, and checked there.

What is there already is left out, and compared: a migration that was killed is run again. What the database holds
otherwise is found before anything is written.
"""
