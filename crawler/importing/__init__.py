"""Captures that others made, and lists of addresses, taken into the archive; nothing is fetched."""
