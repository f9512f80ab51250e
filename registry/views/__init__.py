"""Read-only queries for lists and boards, as frozen rows."""
