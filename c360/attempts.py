"""Counts tries to sign in, codes, wrong tokens and lookups: nobody guesses or reads at speed.

Counters live in the cache under keyed hashes: no address of a person is stored. Counting by
account and address together keeps a stranger from locking somebody out; counting by address
alone stops one password being tried on every account. If the cache is away, nobody signs in.
"""

import time

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

WINDOW_SECONDS = 15 * 60
TRIES_PER_ACCOUNT = 5
TRIES_PER_ADDRESS = 50
CODES_PER_PERSON = 5
TOKEN_WINDOW_SECONDS = 60
WRONG_TOKENS_PER_ADDRESS = 30
LOOKUP_WINDOW_SECONDS = 60
CALLER_WINDOW_SECONDS = 60 * 60
TRIES_PER_CALLER = 5


class CounterUnavailable(Exception):
    """The cache did not answer."""


def _keys(account: str, address: str) -> dict[str, int]:
    """Cache keys of one try, each with its limit."""
    return {
        _key("signin", f"{account.casefold()}\n{address}"): TRIES_PER_ACCOUNT,
        _key("signin", address): TRIES_PER_ADDRESS,
    }


def _key(kind: str, value: str) -> str:
    return f"{kind}:{salted_hmac('c360.attempts', value, algorithm='sha256').hexdigest()}"


def _counted(key: str, seconds: int) -> int:
    """Count once more and return how many that makes since the key was made."""
    if cache.add(key, 0, seconds):
        cache.set(_until(key), int(time.time()) + seconds, seconds)
    return int(cache.incr(key))


def _until(key: str) -> str:
    return f"{key}:until"


def count(account: str, address: str) -> int:
    """Count one try before it is made; how many seconds to wait if it must not be, else 0.

    A refused try is counted too, but does not lengthen the wait. Raises `CounterUnavailable`.
    """
    try:
        waits = [
            _seconds_left(key)
            for key, limit in _keys(account, address).items()
            if _counted(key, WINDOW_SECONDS) > limit
        ]
    except (RedisError, ValueError) as error:  # ValueError: the key expired between the calls
        raise CounterUnavailable from error
    return max(waits, default=0)


def _seconds_left(key: str) -> int:
    """Until the counter begins anew; the whole time where that is not known."""
    until = cache.get(_until(key))
    return max(1, int(until) - int(time.time())) if until else WINDOW_SECONDS


def forget(account: str, address: str) -> None:
    """Take back the tries of an account that has signed in."""
    try:
        account_key, address_key = _keys(account, address)
        cache.delete(account_key)
        cache.decr(address_key)
    except (RedisError, ValueError) as error:
        raise CounterUnavailable from error


def count_code(person: int) -> int:
    """Count a code before it is looked at; how many seconds to wait if it must not be, else 0.

    By person alone, wherever it comes from. Raises `CounterUnavailable`.
    """
    key = _key("code", str(person))
    try:
        made = _counted(key, WINDOW_SECONDS)
        return _seconds_left(key) if made > CODES_PER_PERSON else 0
    except (RedisError, ValueError) as error:
        raise CounterUnavailable from error


def forget_codes(person: int) -> None:
    """Take back the codes of somebody who gave a right one. Raises `CounterUnavailable`."""
    try:
        cache.delete(_key("code", str(person)))
    except RedisError as error:
        raise CounterUnavailable from error


def count_wrong_token(address: str) -> int:
    """Count a token that opened nothing; how many seconds to wait after too many, else 0.

    Counted by the minute of the clock, so that trying on does not lengthen the wait. Raises
    `CounterUnavailable`.
    """
    minute, seconds = divmod(int(time.time()), TOKEN_WINDOW_SECONDS)
    try:
        wrong = _counted(_key("token", f"{address}\n{minute}"), TOKEN_WINDOW_SECONDS)
    except (RedisError, ValueError) as error:
        raise CounterUnavailable from error
    return TOKEN_WINDOW_SECONDS - seconds if wrong > WRONG_TOKENS_PER_ADDRESS else 0


def count_lookup(person: int) -> tuple[int, int]:
    """Count one lookup of somebody: how many that makes in this minute, and its seconds left.

    Counted by the minute of the clock, as wrong tokens are. Raises `CounterUnavailable`.
    """
    minute, seconds = divmod(int(time.time()), LOOKUP_WINDOW_SECONDS)
    try:
        made = _counted(_key("lookup", f"{person}\n{minute}"), LOOKUP_WINDOW_SECONDS)
    except (RedisError, ValueError) as error:
        raise CounterUnavailable from error
    return made, LOOKUP_WINDOW_SECONDS - seconds


def count_caller(person: int, profile: str) -> int:
    """Count a try to verify a caller; how many seconds to wait after too many, else 0.

    Counted by customer, so that nobody guesses facts one by one. Raises `CounterUnavailable`.
    """
    key = _key("caller", f"{person}\n{profile}")
    try:
        made = _counted(key, CALLER_WINDOW_SECONDS)
        return _seconds_left(key) if made > TRIES_PER_CALLER else 0
    except (RedisError, ValueError) as error:
        raise CounterUnavailable from error


def count_call(kind: str, who: str, limit: int) -> int:
    """Count a call of somebody; how many seconds to wait beyond the limit a minute, else 0.

    Counted as wrong tokens are. Raises `CounterUnavailable`.
    """
    minute, seconds = divmod(int(time.time()), TOKEN_WINDOW_SECONDS)
    try:
        made = _counted(_key(kind, f"{who}\n{minute}"), TOKEN_WINDOW_SECONDS)
    except (RedisError, ValueError) as error:
        raise CounterUnavailable from error
    return TOKEN_WINDOW_SECONDS - seconds if made > limit else 0
