"""The access log as privacy officers read it: newest first, page by page, in words."""

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from c360.roles import roles_in_words
from c360.sentences import in_words
from consent.models import AccessEntry

PAGE = 50
NAMED = 5  # ids of one answer that are shown at once
PAGES: dict[str, str | Promise] = {
    "profiles:search": _("Search"),
    "profiles:suggest": _("Search, while typing"),
    "profiles:pop": _("Search, by a call"),
    "profiles:customer": _("Customer page"),
    "profiles:attention": _("What needs attention"),
    "profiles:brief": _("Brief to hand over"),
    "profiles:timeline": _("Timeline"),
    "profiles:steps": _("Steps of an order or ticket"),
    "profiles:field": _("Where a value comes from"),
    "profiles:reveal": _("Masked value"),
    "profiles:verify": _("Verification of a caller"),
    "profiles:notes": _("Notes"),
    "profiles:close-note": _("Note taken back or marked"),
    "profiles:wrong": _("Report of a wrong value"),
    "profiles:correct": _("Proposal of a correction"),
    "profiles:withdraw-correction": _("Correction taken back"),
    "profiles:override": _("Choice of what is shown, for stewards"),
    "profiles:take-back-override": _("Choice of what is shown, taken back"),
    "profiles:records": _("Joined records"),
    "profiles:news": _("What is new"),
    "matching:uncertain": _("Open questions of a customer"),
    "matching:confidence": _("How sure it is that records belong together"),
    "matching:history": _("Joins and splits"),
    "matching:why": _("Why records are one customer"),
    "matching:queue": _("Review queue"),
    "matching:case": _("Pair in review"),
    "matching:rules-risky": _("Pair in a simulation of rules"),
    "matching:values-examples": _("Examples in a simulation of rules"),
    "matching:group": _("Records of several customers in review"),
    "matching:alike": _("Pairs alike in review"),
    "matching:decide": _("Next pair in review"),
    "matching:reading": _("Next pair in review"),
    "matching:undo": _("Pair opened again"),
    "matching:studio": _("Joined records, for stewards"),
    "matching:compare": _("Any two records compared, for stewards"),
    "matching:lock": _("Lock of a customer, for stewards"),
    "matching:studio-news": _("Whether joined records changed"),
    "api:lookup": _("Search by one identifier, by call"),
    "api:profile": _("Customer, by call"),
    "api:attention": _("What needs attention, by call"),
    "api:embed-links": _("Link to show a customer in a frame"),
    "profiles:embed-call": _("Search in a frame, by a call"),
    "profiles:embed": _("Customer in a frame"),
    "profiles:embed-link": _("Customer in a frame, by link"),
    "api:timeline": _("Timeline, by call"),
    "matching:report": _("Report of wrong records"),
    "matching:relations": _("Household and shared contacts"),
    "matching:reports": _("One’s own reports"),
    "matching:quality-cell": _("Records behind a figure of data quality"),
    "matching:quality-file": _("Records behind a figure of data quality, to a file"),
    "matching:quality-limit": _("Records behind a figure of data quality, limit refused"),
    "matching-api:explain": _("Why records are one customer, by call"),
    "consent:panel": _("May we contact?"),
    "consent:ledger": _("Statements of consent"),
    "consent:entries": _("Statements of all customers"),
    "consent:proof": _("Proof of a statement"),
    "consent:correct": _("Correction of a statement"),
    "consent:receipt": _("Receipt of a statement"),
    "consent:say": _("What a customer says"),
    "consent:effect": _("What joining a pair changes in consent"),
    "consent-api:may-contact": _("May we contact, by call"),
    "consent-api:consent": _("What a customer allowed, by call"),
    "consent-api:check": _("May we contact, many at once"),
    "consent:audit": _("This log"),
    "consent:own-data": _("Copy of all data for the person"),
    "export_clusters": _("Which record belongs to whom, to a file"),
    "export_model": _("Records for Splink, to files"),
}


class Cursor(NamedTuple):
    """The last entry of a page; the next page begins after it."""

    chain: int
    seq: int

    def __str__(self) -> str:
        return f"{self.chain}-{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """Read what `str` wrote; `None` for anything else."""
        chain, _sign, seq = text.partition("-")
        if not all(
            part.isascii() and part.isdigit() and len(part) < 10 for part in (chain, seq)
        ):
            return None
        return cls(int(chain), int(seq))


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words; `first` of its customers at once, `others` on demand."""

    entry: AccessEntry
    page: str
    roles: str
    reason: str
    first: list[str]
    others: list[str]

    @property
    def is_of_everyone(self) -> bool:
        """An export of all customers at once."""
        return self.entry.action == "export" and not self.entry.profiles


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[Line]
    older: str  # the cursor of the next page, empty at the end


def page(entries: QuerySet[AccessEntry], *, before: Cursor | None = None) -> Page:
    """The next 50 entries, newest first. One query."""
    if before is not None:
        earlier = Q(chain__lt=before.chain)
        entries = entries.filter(earlier | Q(chain=before.chain, seq__lt=before.seq))
    newest = entries.select_related("actor", "source").order_by("-chain", "-seq")
    found = list(newest[: PAGE + 1])
    older = Cursor(found[PAGE - 1].chain, found[PAGE - 1].seq) if len(found) > PAGE else ""
    return Page([_line(entry) for entry in found[:PAGE]], str(older))


def page_words(view: str) -> str:
    """What an address is called; one that is gone by its name."""
    return str(PAGES.get(view, view))


def _line(entry: AccessEntry) -> Line:
    return Line(
        entry=entry,
        page=page_words(entry.view),
        roles=roles_in_words(entry.roles),
        reason=in_words(entry.reason),
        first=entry.profiles[:NAMED],
        others=entry.profiles[NAMED:],
    )
