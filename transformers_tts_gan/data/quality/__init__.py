"""The corpus doctor: which recordings should not be trained on, and why."""
