"""Find the registered pages that a picture may show, among all of them."""
