"""Outlets and their families."""
