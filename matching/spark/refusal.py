"""What keeps a run on Spark from its end; messages say what happened and what to do."""


class SparkMissing(RuntimeError):
    """Something is not installed; the message says what, and what installs it."""


class SparkFailed(RuntimeError):
    """Spark gave up; the message is its own reason, in one line."""
