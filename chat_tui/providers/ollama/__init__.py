"""Kind `ollama`."""
