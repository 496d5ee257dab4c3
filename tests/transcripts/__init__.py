"""Tests of the documents that a conversation is saved as."""
