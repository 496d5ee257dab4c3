"""The configuration, its errors, and the files it is kept in."""
