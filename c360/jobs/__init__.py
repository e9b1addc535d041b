"""Work that takes minutes: started from a page, done by a worker, with progress and cancel.

An app that owns a kind of work registers a function for it; a page starts a job and shows it;
a worker does one job after the other. What is known of a job is one row in PostgreSQL, so a
worker may die anywhere: the job is begun anew, and marked as failed when that has happened
too often. Functions must be safe to begin again.
"""

from c360.jobs.kinds import register_kind
from c360.jobs.run import Cancelled, Run, Unable

__all__ = ["Cancelled", "Run", "Unable", "register_kind"]
