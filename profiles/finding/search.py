"""Finds customers by anything people quote: names, numbers, contact points.

Only profiles are found, and only through records that are joined into them: a record that
waits for a decision answers under its own profile. Each hit says why it was found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from c360.showing import note_access
from profiles.desk.masking import hint, is_sensitive
from profiles.desk.values import date_text
from profiles.finding.candidates import Candidate, by_rest, by_words
from profiles.finding.question import Kind, Question, read, read_name
from profiles.finding.quoted import (
    by_identifier,
    by_mailbox,
    by_number,
    by_phone_beginning,
    by_phone_tail,
    by_profile_id,
    live,
)
from profiles.finding.words import Met, Way
from profiles.models import CustomerObject, Profile
from profiles.models.event import EventKind

PAGE = 25
SUGGESTIONS = 8
SURE = 3  # people found as they were typed: looser ways cost most, and come after them anyway
COUNTED = 100  # hits beyond a page that are counted
MIN_BEGINNING = 6  # digits of a phone number that has only been begun
MIN_MAILBOX = 3
YEAR = 4
LOOSEST = {
    Way.SOUND: gettext_lazy("name sounds alike"),
    Way.SPELLING: gettext_lazy("similar spelling"),
    Way.SHORT_NAME: gettext_lazy("short name"),
}


class Extent(NamedTuple):
    """How many hits are loaded, and below how many looser ways of reading are tried."""

    limit: int
    enough: int


@dataclass
class Hit:
    """A profile with the reasons it was found; `exact` when one identifier named it.

    Only of the first ones the profile is read: models take longer to make than all the rest.
    """

    reasons: list[str] = field(default_factory=list)
    exact: bool = False
    last_order: Any = None
    profile: Profile = field(init=False)

    @property
    def city(self) -> str:
        """Where somebody lives; nothing where addresses are masked."""
        address = (self.profile.golden.get("address") or {}).get("value")
        if is_sensitive("address") or not isinstance(address, dict):
            return ""
        return str(address.get("city", ""))

    @property
    def email(self) -> str:
        return hint("email", value) if (value := _shown(self.profile, "email")) else ""

    @property
    def phone(self) -> str:
        return hint("phone", value) if (value := _shown(self.profile, "phone")) else ""


def _shown(profile: Profile, attribute: str) -> str:
    value = (profile.golden.get(attribute) or {}).get("value") or ""
    return str(value[0] if isinstance(value, list) else value)


@dataclass(frozen=True)
class Results:
    """Hits, nearest first. `looks_like` names the kind of thing that was typed."""

    question: Question
    hits: list[Hit]
    more: int = 0  # beyond those loaded; of very many, only those that were ranked

    @property
    def sole_exact(self) -> Profile | None:
        """The one customer an identifier named, who may be opened at once."""
        exact = [hit.profile for hit in self.hits if hit.exact]
        return exact[0] if len(exact) == 1 else None

    @property
    def looks_like(self) -> str:
        return {
            Kind.PROFILE: _("looks like a customer id"),
            Kind.EMAIL: _("looks like an e-mail address"),
            Kind.PHONE: _("looks like a phone number"),
            Kind.POSTCODE: _("looks like a postcode"),
            Kind.NUMBER: _("looks like an order, ticket or card number"),
            Kind.NAME: _("looks like a name"),
            Kind.BORN: _("looks like a day of birth"),
        }.get(self.question.kind, "")


def search(typed: str, *, limit: int = PAGE, enough: int | None = None) -> Results:
    """Find customers, exact identifiers first. At most twelve queries.

    Loads at most `limit`, and reads names in looser ways, too, where fewer than `enough` were
    found (one more than the limit unless given).
    """
    extent = Extent(limit, limit + 1 if enough is None else enough)
    question = read(typed, settings.C360_DEFAULT_REGION)
    note_access(terms=_terms(question))
    hits: dict[str, Hit] = {}
    if question.kind is Kind.PROFILE:
        _add(hits, by_profile_id(question.text), exact=True)
    elif question.kind is Kind.NAME:
        _by_name(hits, question, extent)
    elif question.kind is Kind.EMAIL:
        _by_address(hits, question, extent)
    elif question.kind is not Kind.NOTHING:
        _by_digits(hits, question, extent)
    return _finish(question, hits, limit)


def suggest(typed: str) -> Results:
    """The first hits while somebody types: who is meant as it is typed, if there are some."""
    return search(typed, limit=SUGGESTIONS, enough=SURE)


def _by_digits(hits: dict[str, Hit], question: Question, extent: Extent) -> None:
    """Numbers of any kind, whole or their end; then phones, postcodes and birthdays."""
    _add(hits, by_identifier(question.identifiers), exact=True)
    numbered = _by_number(hits, question.number)
    if question.digits and not _is_exact(hits):
        _add(hits, by_phone_tail(question.digits))
        if len(question.digits) >= MIN_BEGINNING:
            _add(hits, by_phone_beginning(question.digits))
    if question.mailbox and not hits:
        _add(hits, by_mailbox(question.mailbox))
    if question.postcode or question.born:
        found = by_rest(question, limit=COUNTED)
        _add(hits, ((one.pk, reason) for one in found for reason in _rest(question)))
    if len(hits) == 1 and numbered:
        next(iter(hits.values())).exact = True  # "104421" can only mean HP-104421
    if not hits and " " in question.text and (bob := read_name(question.text)).words:
        _by_name(hits, bob, extent)  # "bob 0909" looks like "INC 0909"


def _by_address(hits: dict[str, Hit], question: Question, extent: Extent) -> None:
    """The address; else those that begin so, have its mailbox elsewhere, or bear its name."""
    _add(hits, by_identifier(question.identifiers), exact=True)
    if _is_exact(hits):
        return
    mailbox = question.mailbox.partition("@")[0]
    for begins in dict.fromkeys([question.mailbox, f"{mailbox}@"]):
        if len(begins) >= MIN_MAILBOX and not hits:
            _add(hits, by_mailbox(begins))
    if question.words:
        _by_name(hits, replace(question, mailbox=""), extent)


def _by_name(hits: dict[str, Hit], question: Question, extent: Extent) -> None:
    """Names and towns, and of those who bear them the ones other words of the text fit."""
    quoted = _quoted(question)
    if quoted is None or quoted:
        _add_named(hits, question, quoted, extent)
    if question.born and len(question.born) == YEAR and not hits:
        as_tail = replace(question, born="", digits=question.born)  # "smith 1984" may ring
        _add_named(hits, as_tail, _quoted(as_tail), extent)


def _quoted(question: Question) -> dict[str, str] | None:
    """Whom digits or a mailbox beside a name lead to, with the reason; `None` without such."""
    if question.digits:
        ends = [pair for pair, _whole in by_number(question.digits)]
        return dict([*ends, *by_phone_tail(question.digits)])
    if question.mailbox:
        known = frozenset({question.mailbox, question.mailbox.upper()})
        return dict([*by_mailbox(question.mailbox), *by_identifier(known)])
    return None


def _add_named(
    hits: dict[str, Hit], question: Question, quoted: dict[str, str] | None, extent: Extent
) -> None:
    limit = extent.limit
    found = by_words(question, only=quoted, enough=extent.enough)[: limit + COUNTED]
    for candidate, met in found[:limit]:
        reasons = [*_why(met, candidate), (quoted or {}).get(candidate.pk, "")]
        _add(hits, ((candidate.pk, reason) for reason in [*reasons, *_rest(question)]))
    _add(hits, ((candidate.pk, "") for candidate, _met in found[limit:]))  # only counted


def _why(met: Met, candidate: Candidate) -> list[str]:
    """The loosest of the ways in which words met names, and the town if one did."""
    way = next((way for way in LOOSEST if way in met.ways), None)
    why = str(LOOSEST[way]) if way else _("name")
    return [why, _("lives in %s") % candidate.town] if Way.TOWN in met.ways else [why]


def _rest(question: Question) -> list[str]:
    """Reasons that hold for every hit, because the question was narrowed by them."""
    reasons = [_("born %s") % date_text(question.born)] if question.born else []
    if question.postcode:
        reasons.append(_("postcode %s") % question.postcode.strip())
    return reasons


def _is_exact(hits: dict[str, Hit]) -> bool:
    return any(hit.exact for hit in hits.values())


def _terms(question: Question) -> set[str]:
    """The words typed, and whole numbers and contact points as they are stored."""
    return {*question.text.casefold().split(), *question.identifiers}


def recent(profile_ids: Sequence[str]) -> list[Hit]:
    """Hits without a reason for profiles opened lately, in the order given."""
    hits = {pk: Hit() for pk in profile_ids}
    return _finish(Question("", Kind.NOTHING), hits, len(hits)).hits


def _shown_profiles() -> QuerySet[Profile]:
    return Profile.objects.filter(record_count__gt=0)


def _add(hits: dict[str, Hit], found: Iterable[tuple[str, str]], exact: bool = False) -> None:
    for pk, reason in found:
        if pk not in hits:
            hits[pk] = Hit()
        hit = hits[pk]
        hit.exact = hit.exact or exact
        if reason and reason not in hit.reasons:
            hit.reasons.append(reason)


def _by_number(hits: dict[str, Hit], number: str) -> bool:
    """Add orders, tickets and returns by their number, whole or without its prefix."""
    found = by_number(number)
    for pair, whole in found:
        _add(hits, [pair], exact=whole)
    return bool(found)


def _finish(question: Question, hits: dict[str, Hit], limit: int) -> Results:
    """Load the profiles of the first hits at once, without those that only redirect."""
    wanted = sorted(hits, key=lambda pk: not hits[pk].exact)
    found = _shown_profiles().in_bulk(wanted[:limit])
    orders = _last_orders(list(found))
    kept = []
    for pk in wanted[:limit]:
        if pk in found:
            hits[pk].profile, hits[pk].last_order = found[pk], orders.get(pk)
            kept.append(hits[pk])
    note_access(profiles=[hit.profile.pk for hit in kept], results=len(kept))
    return Results(question, kept, more=len(wanted[limit:]))


def _last_orders(profile_ids: Sequence[str]) -> dict[str, Any]:
    rows = (
        CustomerObject.objects.filter(
            live("record__"),
            record__membership__profile__in=profile_ids,
            kind=EventKind.ORDER,
            opened_at__lte=timezone.now(),
        )
        .values_list("record__membership__profile_id")
        .annotate(newest=Max("opened_at"))
    )
    return dict(rows)
