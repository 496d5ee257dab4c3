"""Markdown that grows: its block structure, its inline part, and leaves that have rows."""
