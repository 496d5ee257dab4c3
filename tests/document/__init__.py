"""Tests of text as rows."""
