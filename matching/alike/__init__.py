"""Answering many pairs at once, where all of them are alike in everything that is compared."""
