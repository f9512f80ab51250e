"""Measure what a placed page shows at every known place."""
