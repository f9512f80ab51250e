"""The ledger: a Merkle log of every deed, appended inside the deed's own transaction."""
