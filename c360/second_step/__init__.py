"""A code beside the password: set up by each person, asked at sign-in, reset by admins.

`codes` is the arithmetic, `keeping` what is stored and when a code is right, `pending` the time
between password and code. Nobody is signed in before the code was right.
"""
