"""Find marks again in scans and photographs."""
