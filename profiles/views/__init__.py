"""Pages about customers, one module for each place they are used."""
