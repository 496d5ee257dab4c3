"""A real HTTP server on loopback that speaks the providers' dialects."""
