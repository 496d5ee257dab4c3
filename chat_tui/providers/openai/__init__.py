"""Kinds `openai` and `flowapi`, with the presets of common services."""
