"""The demonstration: an invented company whose papers, people and mishaps are made by the product's own flows."""
