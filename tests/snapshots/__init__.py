"""Pictures of the application: look at them before you accept a change."""
