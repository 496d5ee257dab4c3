"""Pictures in the terminal: decoded in a process of their own, drawn by what the terminal knows."""
