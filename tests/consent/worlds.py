"""Small invented worlds for the rule: records, who is joined, and what was said."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from consent.permitting.facts import (
    Answer,
    Customer,
    Held,
    Pair,
    Policy,
    PurposeRule,
    Rules,
    Statement,
)
from consent.permitting.fold import effective, permissions
from tests.consent.statements import day

NOW = day(40)
PURPOSES = ("marketing", "tips", "orders")
RULES = Rules(
    purposes={
        "marketing": PurposeRule("marketing"),
        "tips": PurposeRule("tips", mode="opt_out", validity_months=1),
        "orders": PurposeRule("orders", mode="necessary"),
    },
    policies={
        1: Policy(1, ("marketing", "GB", "en"), 1, False, day(-9)),
        2: Policy(2, ("marketing", "GB", "en"), 2, True, day(20)),
    },
)
EMAILS, PHONE = tuple(UUID(int=number) for number in (1, 2, 3)), UUID(int=9)
KINDS = dict.fromkeys(EMAILS, "email") | {PHONE: "phone"}
RECORDS = (1, 2, 3, 4, 5, 6)
Permissions = dict[tuple[str, str, UUID], Answer]


@dataclass(frozen=True)
class World:
    """Who has what, who is live, what was said and confirmed, and which records are doubted."""

    held: dict[int, frozenset[UUID]]
    live: frozenset[int]
    statements: tuple[Statement, ...]
    confirmed: tuple[Pair, ...] = ()
    doubted: tuple[Pair, ...] = ()

    def customer(self, *joined: int, apart: Collection[int] = RECORDS) -> Customer:
        """The customer of these records while each of the others is alone."""
        own = frozenset(joined)
        points = {point for record in own & self.live for point in self.held[record]}
        others = {
            other
            for pair in self.doubted
            if len(own.intersection(pair)) == 1
            for other in pair
            if other not in own and other in apart
        }
        return Customer(
            joined={record: record in self.live for record in joined},
            held={
                point: Held(
                    KINDS[point],
                    frozenset(r for r in own & self.live if point in self.held[r]),
                )
                for point in points
            },
            tied=frozenset(others),
            confirmed=self.confirmed,
            statements=self.statements,
        )

    def saying(self, *more: Statement) -> "World":
        return replace(self, statements=(*self.statements, *more))


def table(customer: Customer, at: datetime = NOW) -> Permissions:
    """Every answer about a customer that has more to say than nothing."""
    found = permissions(customer, at=at, rules=RULES)
    return {(purpose, channel, point): answer for purpose, channel, point, answer in found}


def allowed(customer: Customer, at: datetime = NOW) -> set[tuple[str, str, UUID]]:
    """What may be done: purpose, channel and contact point."""
    return {key for key, answer in table(customer, at).items() if answer.allowed}


def ask(customer: Customer, purpose: str = "marketing", channel: str = "email") -> Answer:
    return effective(customer, purpose=purpose, channel=channel, at=NOW, rules=RULES)


def said(
    entry: int,
    record: int,
    decision: str = "granted",
    on: float = 0,
    point: UUID | None = EMAILS[0],
    purpose: str = "marketing",
    channel: str = "email",
    **more: object,
) -> Statement:
    """One statement; learnt when it was made, unless `recorded_at` says otherwise."""
    facts = {"recorded_at": day(on), **more}
    return Statement(
        entry,
        record,
        decision,
        day(on),
        purpose=purpose,
        channel=channel,
        point=point,
        **facts,  # type: ignore[arg-type]  # fields of a statement
    )


# Strategies are made once: Hypothesis looks one over whenever it meets a new one.
COINS = st.booleans()
ENDS = st.none() | st.integers(1, 60)


@cache
def among(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


@cache
def whole(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


@cache
@st.composite
def grants(draw: st.DrawFn, entry: int, records: tuple[int, ...] = RECORDS) -> Statement:
    channel = draw(among("email", "sms", "phone"))
    points = EMAILS if channel == "email" else (PHONE,)
    when = draw(whole(0, 36))
    ends = draw(ENDS)
    return said(
        entry,
        draw(among(*sorted(records))),
        on=when,
        point=draw(among(*points, None)),
        purpose=draw(among("marketing", "tips")),
        channel=channel,
        precision=draw(among("exact", "exact", "day", "undated")),
        valid_until=day(when) + timedelta(days=ends) if ends else None,
        policy=draw(among(None, None, 1, 2)),
    )


@cache
@st.composite
def refusals(draw: st.DrawFn, entry: int, records: tuple[int, ...] = RECORDS) -> Statement:
    scope = draw(among("contact_point", "record", "record", "snapshot"))
    record = draw(among(*sorted(records)))
    others = st.sets(st.sampled_from(sorted(records)), max_size=2)
    return said(
        entry,
        record,
        draw(among("refused", "withdrawn", "objected")),
        on=draw(whole(0, 38)),
        point=draw(among(*EMAILS, PHONE, None)),
        purpose=draw(among("marketing", "tips", "orders", "")),
        channel=draw(among("email", "sms", "phone", "")),
        precision=draw(among("exact", "day", "undated")),
        scope=scope,
        scope_records=tuple(sorted({record, *draw(others)})) if scope == "snapshot" else (),
    )


@st.composite
def annulments(draw: st.DrawFn, entry: int, of: Statement) -> Statement:
    """A later entry that finds a yes invalid, or a no to be about somebody else."""
    decision = "invalidated" if of.decision == "granted" else "corrected"
    record = draw(among(*sorted({of.record, *of.scope_records})))
    return said(entry, record, decision, on=39, point=None, corrects=of.entry)


@st.composite
def histories(
    draw: st.DrawFn, records: tuple[int, ...] = RECORDS, most: int = 7
) -> tuple[Statement, ...]:
    """What was said in a world, with corrections of some of it."""
    first = draw(whole(0, most))
    spoken = [
        draw((grants if draw(COINS) else refusals)(entry + 1, records))
        for entry in range(first)
    ]
    corrected = draw(st.lists(st.sampled_from(spoken), max_size=2)) if spoken else []
    later = [draw(annulments(100 + n, each)) for n, each in enumerate(corrected)]
    return (*spoken, *later)


pairs = st.tuples(st.sampled_from(RECORDS), st.sampled_from(RECORDS)).filter(
    lambda pair: pair[0] != pair[1]
)
TWO_PAIRS = st.lists(pairs, max_size=2)
POINTS = st.frozensets(st.sampled_from([*EMAILS, PHONE]), max_size=3)
GONE = st.frozensets(st.sampled_from(RECORDS), max_size=1)
HISTORIES = histories()


@cache
@st.composite
def worlds(draw: st.DrawFn) -> World:
    return World(
        held={record: draw(POINTS) for record in RECORDS},
        live=frozenset(RECORDS) - draw(GONE),
        statements=draw(HISTORIES),
        confirmed=tuple(draw(TWO_PAIRS)),
        doubted=tuple(draw(TWO_PAIRS)),
    )


@cache
def sides() -> st.SearchStrategy[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Two customers of one to three records each."""
    cut = st.permutations(RECORDS).flatmap(
        lambda order: st.tuples(st.integers(1, 3), st.integers(1, 3)).map(
            lambda sizes: (
                tuple(order[: sizes[0]]),
                tuple(order[sizes[0] : sizes[0] + sizes[1]]),
            )
        )
    )
    return cut
