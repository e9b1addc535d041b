"""One pool of connections to Valkey per process."""

import functools
from typing import Any

import redis


class SharedPool(redis.ConnectionPool):
    """A pool that is made once for an address.

    Pages run in a context of their own (see `c360.asgi`), and Django keeps its cache objects in
    the context: with a pool each, every page would open connections and leave them behind.
    """

    @classmethod
    @functools.cache
    def from_url(cls, url: str, **options: Any) -> "SharedPool":
        return super().from_url(url, **options)
