"""API keys: their sources, where they are kept, and values that do not show themselves."""
