"""The rules: pure functions and tables, without database, clock or environment. One decision, one file."""
