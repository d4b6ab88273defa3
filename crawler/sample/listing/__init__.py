"""The sample outlet on a small Laravel application of its own."""
