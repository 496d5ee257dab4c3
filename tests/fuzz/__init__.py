"""Programs that look for input which breaks a parser, and what they found."""
