"""Whether the model's assumptions hold."""
