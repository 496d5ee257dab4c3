"""Pictures from outside: recognised, checked and kept."""
