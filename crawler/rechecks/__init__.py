"""Held articles looked at again for edits and removals: which, by what, and what a look says."""
