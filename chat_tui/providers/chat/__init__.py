"""The OpenAI chat-completions dialect, which several kinds speak."""
