"""What the columns of a source mean, and values read through them. Pure: no row is stored."""
