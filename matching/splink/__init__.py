"""Models of Splink in and out. Plain Python: neither Django nor the database.

`sql` reads the conditions Splink writes, `evaluate` runs them on two records, `columns` makes
comparisons of them that a `MatchModel` may hold, `tables` is the flat table they read,
`reading` and `writing` translate whole models.
"""
