"""Counts tries to sign in, so that passwords cannot be guessed at speed.

Counters live in the cache under keyed hashes: no address of a person is stored. Counting by
account and address together keeps a stranger from locking somebody out; counting by address
alone stops one password being tried on every account. If the cache is away, nobody signs in.
"""

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

WINDOW_SECONDS = 15 * 60
TRIES_PER_ACCOUNT = 5
TRIES_PER_ADDRESS = 50


class CounterUnavailable(Exception):
    """The cache did not answer."""


def _keys(account: str, address: str) -> dict[str, int]:
    """Cache keys of one try, each with its limit."""

    def key(value: str) -> str:
        return "signin:" + salted_hmac("c360.attempts", value, algorithm="sha256").hexdigest()

    return {
        key(f"{account.casefold()}\n{address}"): TRIES_PER_ACCOUNT,
        key(address): TRIES_PER_ADDRESS,
    }


def count(account: str, address: str) -> bool:
    """Count one try before it is made; False when it must not be made.

    A refused try is counted too, but does not lengthen the wait. Raises `CounterUnavailable`.
    """
    try:
        allowed = True
        for key, limit in _keys(account, address).items():
            cache.add(key, 0, WINDOW_SECONDS)
            allowed = cache.incr(key) <= limit and allowed
    except (RedisError, ValueError) as error:  # ValueError: the key expired between the calls
        raise CounterUnavailable from error
    return allowed


def forget(account: str, address: str) -> None:
    """Take back the tries of an account that has signed in."""
    try:
        account_key, address_key = _keys(account, address)
        cache.delete(account_key)
        cache.decr(address_key)
    except (RedisError, ValueError) as error:
        raise CounterUnavailable from error
