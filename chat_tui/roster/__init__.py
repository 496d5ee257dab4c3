"""The providers there are: built when needed, added and tried out, with their lists of models."""
