"""What watchers of the logs see of sign-in: ids and network addresses, never an e-mail."""

import logging

log = logging.getLogger("c360.sign_in")


def wrong(what: str, person: int | None, address: str) -> None:
    """A `password` or `code` was wrong; `None` where the e-mail is nobody's."""
    log.warning("wrong %s for %s from %s", what, _named(person), address)


def too_many(what: str, person: int | None, address: str) -> None:
    """A try was refused unseen after too many `passwords` or `codes`."""
    log.warning("too many %s for %s from %s", what, _named(person), address)


def changed(person: int, what: str) -> None:
    """Something about how somebody signs in is not as it was, e.g. `used a recovery code`."""
    log.warning("user %s %s", person, what)


def _named(person: int | None) -> str:
    return "nobody we know" if person is None else f"user {person}"
