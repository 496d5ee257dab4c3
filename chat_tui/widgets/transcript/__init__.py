"""The transcript: what was said, in rows that are painted when they can be seen."""
