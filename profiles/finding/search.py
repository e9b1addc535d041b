"""Finds customers by anything people quote: names, numbers, contact points.

Only profiles are found, and only through records that are joined into them: a record that
waits for a decision answers under its own profile. Each hit says why it was found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import F, Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from c360.showing import note_access
from profiles.desk.masking import mask_email, mask_phone
from profiles.finding.names import by_name, other_forms
from profiles.finding.question import Kind, Question, read
from profiles.finding.quoted import (
    by_identifier,
    by_number,
    by_phone_tail,
    by_profile_id,
    live,
)
from profiles.models import CustomerObject, Profile
from profiles.models.event import EventKind

PAGE = 25
NEARLY_SAME = 60  # rapidfuzz ratio of two words, 0 to 100


@dataclass
class Hit:
    """A profile with the reasons it was found; `exact` when one identifier named it."""

    profile: Profile
    reasons: list[str] = field(default_factory=list)
    exact: bool = False
    last_order: Any = None

    @property
    def city(self) -> str:
        address = (self.profile.golden.get("address") or {}).get("value")
        return str(address.get("city", "")) if isinstance(address, dict) else ""

    @property
    def email(self) -> str:
        return mask_email(value) if (value := _shown(self.profile, "email")) else ""

    @property
    def phone(self) -> str:
        return mask_phone(value) if (value := _shown(self.profile, "phone")) else ""


def _shown(profile: Profile, attribute: str) -> str:
    value = (profile.golden.get(attribute) or {}).get("value") or ""
    return str(value[0] if isinstance(value, list) else value)


@dataclass(frozen=True)
class Results:
    """Hits, nearest first. `looks_like` names the kind of thing that was typed."""

    question: Question
    hits: list[Hit]
    has_more: bool = False

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
        }.get(self.question.kind, "")


def search(typed: str, *, limit: int = PAGE) -> Results:
    """Find at most `limit` customers, exact identifiers first. At most nine queries."""
    question = read(typed, settings.C360_DEFAULT_REGION)
    note_access(terms=_terms(question))
    hits: dict[str, Hit] = {}
    if question.kind is Kind.PROFILE:
        _add(hits, by_profile_id(question.text), exact=True)
    if question.identifiers:
        _add(hits, by_identifier(question.identifiers), exact=True)
    numbered = _by_number(hits, question.number)
    if question.phone_tail and not any(hit.exact for hit in hits.values()):
        _add(hits, by_phone_tail(question.phone_tail))
    if question.postcodes:
        found = _shown_profiles().filter(postcode_norm__overlap=sorted(question.postcodes))
        newest = F("last_event_at").desc(nulls_last=True)
        pks = found.order_by(newest, "pk").values_list("pk", flat=True)[: limit + 1]
        _add(hits, ((pk, _("postcode")) for pk in pks))
    if question.words:
        named = by_name(question.words, year=question.year, limit=limit + 1)
        _add(hits, ((profile.pk, _why(question, profile)) for profile in named))
    if len(hits) == 1 and numbered:
        next(iter(hits.values())).exact = True  # "104421" can only mean HP-104421
    return _finish(question, hits, limit)


def _terms(question: Question) -> set[str]:
    """The words typed, and whole numbers and contact points as they are stored."""
    return {*question.text.casefold().split(), *question.identifiers}


def recent(profile_ids: Sequence[str]) -> list[Hit]:
    """Hits without a reason for profiles opened lately, in the order given."""
    hits = {pk: Hit(Profile(pk=pk)) for pk in profile_ids}
    return _finish(Question("", Kind.NOTHING), hits, len(hits)).hits


def _shown_profiles() -> QuerySet[Profile]:
    return Profile.objects.filter(record_count__gt=0)


def _add(hits: dict[str, Hit], found: Iterable[tuple[str, str]], exact: bool = False) -> None:
    for pk, reason in found:
        hit = hits.setdefault(pk, Hit(Profile(pk=pk)))
        hit.exact = hit.exact or exact
        if reason and reason not in hit.reasons:
            hit.reasons.append(reason)


def _by_number(hits: dict[str, Hit], number: str) -> bool:
    """Add orders, tickets and returns by their number, whole or without its prefix."""
    found = by_number(number)
    for pair, whole in found:
        _add(hits, [pair], exact=whole)
    return bool(found)


def _why(question: Question, profile: Profile) -> str:
    """The loosest of the ways in which the words met the names."""
    names = profile.search_name.split()
    ways = [_way(word, names, profile) for word in question.words]
    for way in (_("sounds alike"), _("similar spelling"), _("short name")):
        if way in ways:
            return way
    return _("name and town") if _("town") in ways else _("name")


def _way(word: str, names: list[str], profile: Profile) -> str:
    if any(name.startswith(word) for name in names):
        return _("name")
    if set(other_forms(word)) & set(names):
        return _("short name")
    if Hit(profile).city.casefold().startswith(word):
        return _("town")
    if any(fuzz.ratio(word, name) >= NEARLY_SAME for name in names):
        return _("similar spelling")
    return _("sounds alike")


def _finish(question: Question, hits: dict[str, Hit], limit: int) -> Results:
    """Load the profiles of all hits at once; drop those that only redirect or are gone."""
    wanted = sorted(hits, key=lambda pk: not hits[pk].exact)[: limit + 1]
    found = _shown_profiles().in_bulk(wanted)
    orders = _last_orders(list(found))
    kept = []
    for pk in wanted[:limit]:
        if pk in found:
            hits[pk].profile, hits[pk].last_order = found[pk], orders.get(pk)
            kept.append(hits[pk])
    note_access(profiles=[hit.profile.pk for hit in kept], results=len(kept))
    return Results(question, kept, has_more=len(hits) > limit)


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
