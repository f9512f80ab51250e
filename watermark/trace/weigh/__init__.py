"""Weigh what was measured: what it says for each copy, as evidence whose bound is kept."""
