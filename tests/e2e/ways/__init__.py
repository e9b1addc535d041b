"""How somebody gets to a page: each opens it, ready to be looked at."""
