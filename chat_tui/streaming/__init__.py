"""A reply under way: the event log with its cursors, and the worker that writes it."""
