"""Tests of pictures: recognised, checked and kept."""
