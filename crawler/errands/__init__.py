"""Errands: a few requests to one site, robots.txt first, whose answers are looked at and not stored."""
