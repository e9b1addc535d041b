"""What agents must know of consent first: no marketing by any channel, no contact at all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from c360.models import User
from consent.models import LedgerEntry, Purpose
from consent.permitting.answers import Origins, answers_about, origins_about
from consent.permitting.facts import REFUSALS, Answer, Reason
from consent.permitting.permissions import Asked
from profiles.desk.attention.items import Harm, Item, Proof
from profiles.models import Profile

SEE_ANSWER = "consent.view_contact_permission"
# Told by possible matches or not worked out yet: a no, but nothing to tell anybody.
UNTOLD = frozenset({Reason.PENDING_MATCH, Reason.STALE_PROJECTION})
Answers = Mapping[Asked, Answer]


def contact_bans(user: User, profile: Profile, now: datetime) -> list[Item]:
    """One item for each purpose the customer ruled out, one for all if it is all of them.

    Ruled out is a purpose that no channel is allowed for and somebody said no to: where nobody
    ever asked, there is nothing to tell. Three queries.
    """
    if not user.has_perm(SEE_ANSWER):
        return []
    about = answers_about(profile)
    purposes, answers = about.purposes, about.of
    banned = [each for each in purposes if _is_banned(_of(answers, [each]))]
    if not banned:
        return []
    origins = origins_about(profile)
    if len(banned) == len(purposes) and _is_refused_everywhere(answers):
        return [_item(_("May not be contacted at all"), answers, origins)]
    return [
        _item(_("No %s by any channel") % _inside(each.name), _of(answers, [each]), origins)
        for each in banned
    ]


def allowed_words(user: User, profile: Profile) -> str:
    """The channels with a yes, by purpose: `Marketing: e-mail, SMS; Surveys: no`.

    Empty for who may not know. Two queries.
    """
    if not user.has_perm(SEE_ANSWER):
        return ""
    about = answers_about(profile)
    yes = {asked for asked, answer in about.of.items() if answer.allowed}
    return "; ".join(
        f"{each.name}: "
        + (_channels(asked.channel for asked in yes if asked.purpose == each.key) or _("no"))
        for each in about.purposes
    )


def _of(answers: Answers, purposes: Sequence[Purpose]) -> Answers:
    keys = {purpose.key for purpose in purposes}
    return {asked: answer for asked, answer in answers.items() if asked.purpose in keys}


def _is_banned(answers: Answers) -> bool:
    if any(each.allowed or each.reason in UNTOLD for each in answers.values()):
        return False
    return any(each.reason in REFUSALS for each in answers.values())


def _is_refused_everywhere(answers: Answers) -> bool:
    """Each way of reaching the customer was refused, for every purpose."""
    reachable = [e for e in answers.values() if e.reason != Reason.NO_CONTACT_POINT]
    return all(each.reason in REFUSALS for each in reachable)


def _item(title: str, answers: Answers, origins: Origins) -> Item:
    said = {asked: each for asked, each in answers.items() if each.reason in REFUSALS}
    told_by = [found for each in said.values() if (found := origins.of(each))]
    return Item(
        rule="contact_ban",
        harm=Harm.CONTACT_BAN,
        title=title,
        reasons=tuple(_reasons(said, answers)),
        since=max((each.since for each in said.values() if each.since), default=None),
        sources=tuple(dict.fromkeys(each.source for each in told_by)),
        proof=Proof(anchor="contact"),
        records=frozenset(each.record for each in said.values() if each.record),
    )


def _reasons(said: Answers, answers: Answers) -> Iterable[str]:
    refused = {asked.channel for asked in said}
    yield _("The customer said no to: %s.") % _channels(refused)
    others = {
        asked.channel
        for asked, each in answers.items()
        if each.reason != Reason.NO_CONTACT_POINT
    } - refused
    if others:
        yield _("Nothing was allowed for: %s.") % _channels(others)


def _channels(codes: Iterable[str]) -> str:
    known = [each for each in LedgerEntry.Channel if each.value in set(codes)]
    return ", ".join(_inside(str(each.label)) for each in known)


def _inside(name: str) -> str:
    """A name as it stands inside a sentence; abbreviations and German keep their capitals."""
    keeps = name.isupper() or (get_language() or "").startswith("de")
    return name if keeps else name.lower()
