"""The prompt, and the rows above it: what is written, what goes along, what can be chosen."""
