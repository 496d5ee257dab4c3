"""The tests: they mirror the package, and refuse any connection but to loopback."""
