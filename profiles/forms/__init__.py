"""Forms of the pages about customers: what they accept, and what they say to bad input."""
