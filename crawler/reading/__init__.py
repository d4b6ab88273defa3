"""From kept bytes to a reading: kind, container, text, fields. No network, no database."""
