"""Pages and fragments about matches, one module for each place they are used."""
