"""Slash commands: what stands in the prompt after a slash, what completes it, and what it does."""
