"""How many customers one person looks for in a minute: enough to work, too few to copy all.

A lookup is one text looked for, however it got there. Whoever types sends a text with every
pause: what goes on from the longest text so far, or is its beginning, is the same lookup, and
so is the list that Enter opens. Once it turns into another text it counts again, so a number
taken back by a digit and finished differently is two.

The cache holds no text, only keyed hashes of its beginnings. Where it is away, search goes on.
"""

import hashlib
import logging
from collections.abc import Sequence

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from c360.attempts import LOOKUP_WINDOW_SECONDS, CounterUnavailable, count_lookup
from c360.showing import note_access
from profiles.finding.question import MIN_LENGTH
from profiles.keyed import keyed_digest

HASH_BYTES = 6
log = logging.getLogger("c360.lookups")


class TooMany(Exception):
    """Somebody looked for more customers than one person does; wait `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds

    @property
    def words(self) -> str:
        """What the person is told."""
        told = ngettext(
            "You looked for many customers within a minute. Wait %(n)s second.",
            "You looked for many customers within a minute. Wait %(n)s seconds.",
            self.seconds,
        )
        return told % {"n": self.seconds}


def allow(person: int, text: str) -> None:
    """Count a lookup unless it goes on with the last one. Raises `TooMany`.

    The first refusal of a minute stays in the access log and makes a warning.
    """
    beginnings = _beginnings(text)
    if len(beginnings) < MIN_LENGTH:
        return  # nothing is looked for
    try:
        _allow(person, beginnings)
    except (CounterUnavailable, RedisError):
        log.warning("lookups are not counted: the cache does not answer")


def _allow(person: int, text: Sequence[str]) -> None:
    key = f"lookup-text:{person}"
    before = cache.get(key, ())
    if _is_same_lookup(text, before):
        if len(text) > len(before):
            cache.set(key, text, LOOKUP_WINDOW_SECONDS)
        return
    made, seconds = count_lookup(person)
    most = settings.C360_LOOKUPS_PER_MINUTE
    if made > most:
        if made == most + 1:
            log.warning("user %s looked for more than %s customers in a minute", person, most)
            note_access(reason=f"refused: more than {most} lookups in a minute", stays=True)
        raise TooMany(seconds)
    cache.set(key, text, LOOKUP_WINDOW_SECONDS)


def _is_same_lookup(text: Sequence[str], before: Sequence[str]) -> bool:
    """True where one of the two is the beginning of the other."""
    shared = min(len(text), len(before))
    return shared > 0 and text[shared - 1] == before[shared - 1]


def _beginnings(text: str) -> list[str]:
    """A keyed hash of each beginning of a text, from its first sign to its whole."""
    running = hashlib.blake2b(key=keyed_digest("lookups", ""), digest_size=HASH_BYTES)
    hashes = []
    for sign in " ".join(text.casefold().split()):
        running.update(sign.encode("utf-8", "surrogatepass"))
        hashes.append(running.hexdigest())
    return hashes
