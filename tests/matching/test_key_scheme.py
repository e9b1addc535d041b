"""The keys and features of fixed records, pinned: whoever changes them has to say so."""

from hashlib import sha256
from typing import Any

from matching.core.blocking import KEY_SCHEME, KINDS, block_keys
from matching.core.codec import as_text
from matching.core.features import features_of

# One line per scheme, never changed. Where the test fails because keys or features are meant
# to change: raise `KEY_SCHEME`, add the new digest, and say in the changelog that `rekey` must
# run.
DIGESTS = {
    1: "4f042a83b4eb2c021fd5259745bb9722d80ac691093ca9770ed0dbfb0155dc70",
    2: "1a06d8f59322b767c47d165a6e3ee62b66d09f2235da61e784986309b2ce2330",
}
RECORDS: tuple[dict[str, Any], ...] = (
    {
        "given_name": "Dr. Siân Erica R.",
        "middle_name": "Jane",
        "family_name": "O'Neill-Müller jr",
        "birth_date": "1984-03-02",
        "email": ["Sian.ONeill84@Example.com", "s.oneill+shop@gmail.com"],
        "phone": ["+447700900123", "+441134960101"],
        "address": {
            "line1": "Flat 2, 16 Hill Gardens",
            "city": "Saint Ives",
            "postal_code": "LS8 2PW",
            "region": "Yorkshire",
        },
        "identifiers": {"national_id": ["qq 12 34 56 c"], "loyalty_card": ["0070-01", "70002"]},
        "custom": {"birth_place": "Leeds", "occupation": "Baker"},
    },
    {"given_name": "Bob", "family_name": "Smith", "birth_date": "1951"},
    {"given_name": "Юлия", "family_name": "Щербакова", "birth_date": "1990-11"},
    {"given_name": "Phuong", "family_name": "van der Berg", "gender": "f"},
    {"family_name": "Li", "email": ["thelis@example.org", "info@example.org"]},
    {"given_name": "J", "family_name": "Banks", "birth_date": "1980-01-01"},
    {"email": ["anna.kowalska1988@example.net"], "phone": ["0113 496 0101", "12345"]},
    {
        "organisation": "Meridian Freight Ltd",
        "address": {"line1": "Unit 4, Dock Road", "postal_code": "10115", "city": "Köln"},
    },
    {"identifiers": {"loyalty_card": ["70002"]}},
    {},
)


def test_keys_change_only_together_with_the_number_of_their_scheme() -> None:
    assert max(DIGESTS) == KEY_SCHEME
    assert DIGESTS[KEY_SCHEME] == digest(), (
        "The block keys or features of fixed records have changed. If that is meant, raise "
        "KEY_SCHEME in matching/core/blocking.py and add the new digest here."
    )


def test_no_two_schemes_make_the_same_keys() -> None:
    assert len(set(DIGESTS.values())) == len(DIGESTS)


def test_every_kind_of_key_is_among_those_pinned() -> None:
    assert {kind for keys in pinned() for kind, _ in keys} == set(KINDS)


def pinned() -> list[list[tuple[str, int]]]:
    return [sorted(block_keys(features_of(each), secret=b"pinned")) for each in RECORDS]


def digest() -> str:
    kept = [as_text(features_of(each), ()) for each in RECORDS]
    return sha256(repr((pinned(), kept)).encode()).hexdigest()
