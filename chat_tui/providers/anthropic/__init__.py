"""Kind `anthropic`."""
