"""Places where the fault tests stop, fail or kill a worker. Inert unless asked for."""

import os
import signal
import time

ACTION = os.environ.get("C360_FAILPOINT", "")  # e.g. "after_lock=kill", "after_score=sleep"


def failpoint(name: str) -> None:
    """Do nothing, or what `C360_FAILPOINT` says for this place: kill, sleep or raise."""
    if not ACTION or ACTION.partition("=")[0] != name:
        return
    action = ACTION.partition("=")[2]
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "sleep":
        time.sleep(0.3)
    elif action == "raise":
        raise RuntimeError(f"failpoint {name}")
