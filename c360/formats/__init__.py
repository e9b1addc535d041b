"""How each language writes dates; templates name these formats instead of spelling them."""
