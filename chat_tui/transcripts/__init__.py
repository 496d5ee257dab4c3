"""Conversations as documents: one file a format."""
