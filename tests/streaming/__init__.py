"""The event log and its worker."""
