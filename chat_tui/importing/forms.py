"""What can be imported, by name."""

from typing import Literal, TypeAlias

ImportForm: TypeAlias = Literal[
    "auto", "chat-tui", "chatgpt", "openai-jsonl", "md", "claude", "sharegpt", "llm"
]
