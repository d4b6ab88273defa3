"""Stories read once more from their captures by today's rules, and what that changes."""
