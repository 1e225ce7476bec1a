"""Tables: typed and copied as Parquet, listed, and queried with SQL."""
