"""What the parts cost, measured: run by `make bench`, read in its table."""
