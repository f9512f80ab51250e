"""Lay a registered page over a picture, bends and all."""
