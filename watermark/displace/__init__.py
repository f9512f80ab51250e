"""Words of a page that can be displaced: found, tried, and kept as a form to be filled."""
