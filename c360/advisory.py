"""First numbers of advisory locks in PostgreSQL: each purpose has its own.

Numbers written in functions of the database stand here too; `tests/c360/test_advisory.py`
compares them. The second number says which one: a log, a source.
"""

CONSENT = 360  # whoever writes the ledger (1) or the access log (2), until the commit
WAITING = 361  # ingest of events and of records of one source (`profiles.ingest.waiting`)
MONTHS = 362  # whoever makes a partition of events (`c360_ensure_event_month`)
CLAIMING = 363  # the worker that counts and locks marks (`matching.resolving.queue`)
SIGNING = 364  # whoever signs the head of a log (`consent.chain.checkpoints`)
JOBS = 365  # the worker that does jobs (`c360.jobs.working`)
COUNTING = 366  # the worker that counts how good the data is (`matching.data_quality`)
SPREADING = 367  # the worker that brings values in line with their rules
