"""What opens over the conversation and leaves with Esc."""
