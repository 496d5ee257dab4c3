"""A conversation being talked in, and what keeps it going."""
