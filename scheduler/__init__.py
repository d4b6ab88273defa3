"""What runs when, what happened, what is late."""
