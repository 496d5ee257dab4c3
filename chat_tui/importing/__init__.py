"""Conversations of other programs, and our own documents, become conversations of the store."""
