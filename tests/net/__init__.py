"""Tests of the network seam."""
