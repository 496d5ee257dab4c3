"""What Textual does not do for us at the terminal: asking it, hearing its keys, writing to it."""
