"""One file per kind of mark, each with both directions of its geometry."""
