"""Records as the shop sends them by call."""

import json
from typing import Any

import pytest
from django.test import Client

from profiles.models import (
    Source,
    SourceToken,
)
from tests.profiles.customers import make_source, may_hold

PATH = "/api/v1/records/"
ANNA = {
    "external_id": "s-1",
    "updated_at": "2026-03-01T10:00:00Z",
    "attributes": {
        "given_name": "Anna",
        "family_name": "Kowalska",
        "birth_date": "1988-04-12",
        "email": ["Anna@Example.com", "a.kowalska@example.org"],
        "phone": "07700 900900",
        "address": {"line1": "7 Mill Lane", "postal_code": "sw1a1aa"},
        "identifiers": {"card": "ab 12"},
        "custom": {"tier": "gold"},
    },
}


HELD = (
    *("given_name", "family_name", "full_name", "birth_date", "email", "phone"),
    *("address.line1", "address.city", "address.postal_code"),
    *("identifiers.card", "custom.tier", "custom.x"),
)


def make_lawful_source(slug: str, **fields: Any) -> Source:
    """A source that may hold what these tests send."""
    source = make_source(slug, **fields)
    may_hold(source, *HELD)
    return source


@pytest.fixture
def shop() -> Source:
    return make_lawful_source("shop", region="GB")


@pytest.fixture
def token(shop: Source) -> str:
    return SourceToken.rotate(shop)


def send(
    token: str | None,
    *records: Any,
    body: Any = None,
    address: str = "127.0.0.1",
    **more: Any,
) -> Any:
    """Send records as the shop does; `body` replaces all of it."""
    call = {"source": "shop", "records": list(records), **more} if body is None else body
    text = call if isinstance(call, str | bytes) else json.dumps(call)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR=address)
    return strict.post(PATH, text, content_type="application/json", headers=headers)


def told(answer: Any) -> str:
    return str(answer.json()["detail"])
