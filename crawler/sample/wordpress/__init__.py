"""The WordPress of the sample outlets."""
