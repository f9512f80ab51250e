"""Untrusted files become documents that can be marked: what is refused, stripped, resolved and drawn anew."""
