"""Conversations on disk: SQLite, one writer thread, an append-only event log per reply."""
