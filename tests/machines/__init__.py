"""Several servers over one PostgreSQL: any request to any of them, and what becomes of a run whose server dies."""
