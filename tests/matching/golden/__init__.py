"""Golden examples: one story a file, told as sources would send it, and who is who in it."""
