"""Messages as blocks and rows: Markdown, code, steps, pictures; no Textual, no I/O."""
