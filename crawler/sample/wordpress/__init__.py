"""The WordPress of the sample outlets, with the two themes that they wear."""
