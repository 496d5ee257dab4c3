"""Kind `gemini`."""
