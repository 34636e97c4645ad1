"""Loading: results become a star schema in DuckDB, PostgreSQL or Parquet."""
