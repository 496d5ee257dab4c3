"""Panes: each shows a conversation and talks to it; together they share the screen."""
