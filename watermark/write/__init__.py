"""Make marked paper: clean a file, prepare it once, stamp every copy."""
