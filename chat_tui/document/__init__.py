"""Text as rows: wrapping by cells; no Textual, no I/O."""
