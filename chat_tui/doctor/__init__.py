"""What `chat-tui doctor` looks at: each file one area, and findings with their remedies."""
