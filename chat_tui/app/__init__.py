"""The application: the only place that wires configuration, sessions and screens together."""
