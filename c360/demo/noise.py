"""What hands, ears and scanners do to names, numbers and dates on their way into a system."""

import random
from datetime import date, timedelta

from c360.demo import names

LOOK_ALIKES = (("rn", "m"), ("m", "rn"), ("l", "1"), ("o", "0"), ("i", "l"), ("cl", "d"),
               ("e", "c"), ("s", "5"), ("b", "6"))  # fmt: skip
NEIGHBOURS = dict(zip("aeionrstlhduymkg", "sropmtdykjfiunlh", strict=True))
JUNK_PHONES = ("000-000", "00000000000", "0123456789", "N/A", "07000000000", "unknown")
JUNK_DATES = (date(1900, 1, 1), date(1970, 1, 1))


def typo(rng: random.Random, word: str) -> str:
    """One slip of the fingers behind the first letter; short words stay as they are."""
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    slip = rng.randrange(4)
    if slip == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if slip == 1:
        return word[:at] + word[at + 1 :]
    if slip == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + NEIGHBOURS.get(word[at].lower(), "e") + word[at + 1 :]


def scan(rng: random.Random, word: str) -> str:
    """A card filled in by hand and read by a scanner: one letter taken for its look-alike."""
    lower = word.lower()
    found = [(old, new) for old, new in LOOK_ALIKES if old in lower[1:]]
    if not found:
        return word
    old, new = rng.choice(found)
    at = lower.index(old, 1)
    return word[:at] + new + word[at + len(old) :]


def misheard(word: str) -> str:
    """The name another way of writing its sound, where there is one."""
    return names.SOUND_ALIKES.get(word, word)


def nickname(rng: random.Random, given: str) -> str:
    """A short form of the name, or the name itself where nobody shortens it."""
    return rng.choice(names.NICKNAMES.get(given, given).split())


def mistyped_email(rng: random.Random, email: str) -> str:
    """A slip in the mailbox; the domain stays one that cannot exist."""
    mailbox, _, domain = email.partition("@")
    return f"{typo(rng, mailbox)}@{domain}"


def mistyped_phone(rng: random.Random, digits: str) -> str:
    """Two of the last four digits changed places, or one of them wrong."""
    head, tail = digits[:-4], digits[-4:]
    at = rng.randrange(3)
    swapped = tail[:at] + tail[at + 1] + tail[at] + tail[at + 2 :]
    if swapped != tail and rng.random() < 0.5:
        return head + swapped
    wrong = str((int(tail[at]) + rng.randint(1, 9)) % 10)
    return head + tail[:at] + wrong + tail[at + 1 :]


def mistyped_date(rng: random.Random, day: date) -> date:
    """Day and month in American order where that is a date, else a day or a year off."""
    kind = rng.randrange(3)
    if kind == 0 and day.day <= 12 and day.day != day.month:
        return date(day.year, day.day, day.month)
    if kind == 1:
        return day + timedelta(days=rng.choice((-1, 1, 10)))
    return date(day.year + rng.choice((-10, -1, 1)), day.month, min(day.day, 28))


def short_street(line1: str) -> str:
    """The street's last word the way people shorten it: Road to Rd."""
    head, _, last = line1.rpartition(" ")
    return f"{head} {names.STREET_SHORT.get(last, last)}"


def written_phone(rng: random.Random, digits: str) -> str:
    """Digits such as 07700912345 in one of the ways people write them."""
    bare = digits[1:]
    head, tail = digits[:5], digits[5:]
    return rng.choice((
        digits, f"{head} {tail}", f"{head} {tail[:3]} {tail[3:]}", f"+44{bare}",
        f"+44 {head[1:]} {tail}", f"+44 (0){head[1:]} {tail}", f"0044 {head[1:]} {tail}",
        f"{head}-{tail[:3]}-{tail[3:]}", f"({head}) {tail}",
    ))  # fmt: skip


def tidy_phone(digits: str) -> str:
    """The one way a well-kept system writes it: +44 7700 912345."""
    return f"+44 {digits[1:5]} {digits[5:]}"
