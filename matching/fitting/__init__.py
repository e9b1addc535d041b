"""Versions of the model: learnt, compared on all records, exchanged, measured by a truth.

The learning itself is `matching.training`, which knows no database.
"""
