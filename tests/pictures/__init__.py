"""Tests of pictures in the terminal: decoded, drawn, and asked for."""
