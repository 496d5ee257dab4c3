"""What is on the screen: panes, in each a transcript and a prompt, and what they share."""
