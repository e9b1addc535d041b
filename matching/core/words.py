"""Small word tables of matching: nicknames, titles, street words, shared mailboxes."""

from functools import lru_cache

from nicknames import NickNamer

# fmt: off
TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "lord", "lady",
    "rev", "reverend", "fr", "herr", "frau", "captain", "capt", "colonel", "col", "major",
    "general", "sgt", "lt", "hon", "rt", "baron", "baroness", "baronet", "bt", "duke",
    "duchess", "earl", "count", "countess", "viscount", "marquess",
})
GENERATIONS = {
    "jr": "junior", "jnr": "junior", "junior": "junior", "ii": "junior", "iii": "third",
    "sr": "senior", "snr": "senior", "senior": "senior",
}
PARTICLES = frozenset({
    "van", "von", "der", "den", "del", "della", "dos", "ten", "ter", "bin", "ibn", "mac",
})
STREET_WORDS = {
    "road": "rd", "street": "st", "str": "st", "lane": "ln", "avenue": "ave", "av": "ave",
    "drive": "dr", "drv": "dr", "court": "ct", "crt": "ct", "gardens": "gdns", "garden": "gdns",
    "gdn": "gdns", "terrace": "ter", "terr": "ter", "tce": "ter", "place": "pl", "plc": "pl",
    "crescent": "cres", "cr": "cres", "cresc": "cres", "close": "cl", "clo": "cl",
    "square": "sq", "parade": "pde", "circuit": "cct", "highway": "hwy", "boulevard": "blvd",
    "grove": "gr", "grv": "gr", "park": "pk", "way": "wy", "saint": "st", "mount": "mt",
    "north": "n", "south": "s", "east": "e", "west": "w",
}
UNIT_WORDS = frozenset({"flat", "apt", "apartment", "unit", "suite", "room", "fl", "lot"})
ROLE_MAILBOXES = frozenset({
    "info", "sales", "office", "admin", "contact", "accounts", "account", "hello", "support",
    "enquiries", "enquiry", "inquiries", "reception", "team", "billing", "hr", "shop",
    "service", "orders", "order", "marketing", "help", "finance", "mail", "post", "purchasing",
    "invoices", "bookings", "reservations", "manager", "helpdesk", "customerservice",
})
# fmt: on


@lru_cache(maxsize=1)
def _nicknames() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=65_536)
def name_family(given: str) -> frozenset[str]:
    """Return the formal names `given` may stand for, itself included; empty for initials."""
    if len(given) < 2:
        return frozenset()
    return frozenset({given, *_nicknames().canonicals_of(given)})
