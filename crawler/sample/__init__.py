"""A small outlet on loopback, for the demo and the tests."""
