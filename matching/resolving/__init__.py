"""The way of a batch of records: claimed, read at one moment, weighed, linked, settled.

`resolve` is where it starts; `keys` writes what records meet under when they are stored.
"""
