"""Colours for code, worked out in a process of its own."""
