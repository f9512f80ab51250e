"""The register: what exists, who holds it, what may happen, what did happen.

Knows no web framework, no PDF, no clock and no environment: it is handed a session, an ``Actor`` and ``now``.
"""
