"""What a pane is made of."""
