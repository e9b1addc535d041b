"""Whom a telephone system means by the number of a call: for `/pop/` and for frames alike."""

from c360.showing import note_access
from profiles.finding.pace import allow
from profiles.finding.quoted import by_namespace


def who_rings(person: int, namespace: str, value: str) -> list[str]:
    """Ids of the customers who carry a value, each once. Counts as a lookup of `person`.

    The log has the call also where it found nobody. Raises `TooMany`.
    """
    allow(person, value)
    note_access(terms=[value], stays=True)
    found = carriers(namespace, value)
    note_access(profiles=found, results=len(found))
    return found


def carriers(namespace: str, value: str) -> list[str]:
    """Ids of the customers who carry a value under a namespace, each once."""
    return list(dict.fromkeys(pk for pk, _reason in by_namespace(namespace, value)))
