"""Fetch, keep and read; the composition root of the command."""
