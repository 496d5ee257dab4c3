"""Tests of slash commands without an application."""
