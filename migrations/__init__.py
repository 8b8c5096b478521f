"""The database's history: one intent a file, the same steps on SQLite and PostgreSQL."""
