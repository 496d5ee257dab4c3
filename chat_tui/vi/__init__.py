"""Keys as in vi: from what is typed to an edit of a text; no widget, no I/O."""
