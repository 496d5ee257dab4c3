"""The user's configuration: typed, with errors that name the key."""
