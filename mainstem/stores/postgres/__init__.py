"""The stores in PostgreSQL, for many machines: the second implementation of what `mainstem.stores` asks for."""
