"""The deeds, one file per register: may, can, do, record, return."""
