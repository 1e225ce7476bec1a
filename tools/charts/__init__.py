"""Which chart says the result of a query, and how it is drawn."""
