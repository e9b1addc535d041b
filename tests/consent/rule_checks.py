"""What must hold of the rule in every world: checks that the properties and the mutants share.

Each takes a drawn world and raises `AssertionError` where the rule breaks its promise.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from consent.permitting.facts import REFUSALS
from tests.consent.worlds import (
    EMAILS,
    KINDS,
    NOW,
    RECORDS,
    World,
    allowed,
    pairs,
    refusals,
    said,
    sides,
    table,
    worlds,
)


def no_leak(data: st.DataObject) -> None:
    """7. What is allowed after a merge was allowed on one of its sides before."""
    world = data.draw(worlds())
    one, other = data.draw(sides())
    decision = data.draw(st.none() | st.tuples(st.sampled_from(one), st.sampled_from(other)))
    within = [p for p in world.confirmed if set(p) <= set(one) or set(p) <= set(other)]
    before = replace(world, confirmed=tuple(within))
    after = replace(world, confirmed=(*within, *([decision] if decision else [])))
    apart = [record for record in RECORDS if record not in (*one, *other)]

    merged = allowed(after.customer(*one, *other, apart=apart))

    alone = [allowed(before.customer(*side, apart=apart)) for side in (one, other)]
    assert merged <= alone[0] | alone[1]


def tentative_never_opens(data: st.DataObject) -> None:
    """8. A pending pair or what is on its other side never turns a no into a yes."""
    world = data.draw(worlds())
    one, _ = data.draw(sides())
    doubted = replace(world, doubted=(*world.doubted, data.draw(pairs)))
    plain = replace(
        world,
        doubted=(),
        statements=tuple(
            each
            for each in world.statements
            if each.decision != "granted" or each.record in one
        ),
    )

    assert allowed(doubted.customer(*one)) <= allowed(world.customer(*one))
    assert allowed(world.customer(*one)) <= allowed(plain.customer(*one))


def pending_refusals_close(data: st.DataObject) -> None:
    """8. A record-wide no on the other side of a pending pair closes what it speaks of."""
    world = data.draw(worlds())
    one, other = data.draw(sides())
    doubted = replace(world, doubted=((one[0], other[0]),))
    refusal = said(900, other[0], "refused", on=39, point=None, purpose="", channel="")

    after = allowed(doubted.saying(refusal).customer(*one))

    assert {purpose for purpose, _, _ in after} <= {"orders"}


def split_restores(data: st.DataObject) -> None:
    """9. Merging and splitting without saying anything leaves every answer as it was."""
    world = data.draw(worlds())
    one, other = data.draw(sides())
    before = table(world.customer(*one)), table(world.customer(*other))

    table(world.customer(*one, *other))

    assert (table(world.customer(*one)), table(world.customer(*other))) == before


def said_while_merged(data: st.DataObject) -> None:
    """10. A yes said while merged stays on its record; a no survives on every side."""
    world = data.draw(worlds())
    one, other = data.draw(sides())
    anchor = data.draw(st.sampled_from(one))
    grant = said(900, anchor, on=39, point=data.draw(st.sampled_from(EMAILS)))
    refusal = said(
        901,
        anchor,
        "withdrawn",
        on=39.5,
        point=None,
        scope="snapshot",
        scope_records=(*one, *other),
    )

    agreed = world.saying(grant)
    assert allowed(agreed.customer(*other)) <= allowed(world.customer(*other))
    refused = world.saying(refusal)
    for side in (one, other):
        for key, answer in table(refused.customer(*side)).items():
            assert not (key[:2] == ("marketing", "email") and answer.allowed)


def more_refusals_never_open(data: st.DataObject) -> None:
    """11. Adding any refusal never opens anything."""
    world = data.draw(worlds())
    one, _ = data.draw(sides())
    refusal = data.draw(refusals(900))

    assert allowed(world.saying(refusal).customer(*one)) <= allowed(world.customer(*one))


def refusals_bind(data: st.DataObject) -> None:
    """11. The newest word, a no to a contact point or of a joined record, is obeyed."""
    world = data.draw(worlds())
    one, _ = data.draw(sides())
    everywhere = data.draw(st.booleans())
    point = data.draw(st.sampled_from(EMAILS))
    who = data.draw(st.sampled_from(RECORDS if not everywhere else one))
    decision = data.draw(st.sampled_from(sorted(REFUSALS)))
    refusal = said(900, who, decision, on=39, point=None if everywhere else point, channel="")

    after = table(world.saying(refusal).customer(*one))

    for (purpose, channel, about), answer in after.items():
        is_meant = purpose == "marketing" and (
            everywhere or about == point or (who in one and channel != "")
        )
        assert not (is_meant and answer.allowed)


def order_and_replay(data: st.DataObject) -> None:
    """11. Order of arrival and repetition change nothing."""
    world = data.draw(worlds())
    one, other = data.draw(sides())
    shuffled = replace(
        world,
        statements=tuple(
            data.draw(st.permutations([*world.statements, *world.statements[:2]]))
        ),
        confirmed=tuple(data.draw(st.permutations([p[::-1] for p in world.confirmed]))),
    )

    assert table(shuffled.customer(*one, *other)) == table(world.customer(*one, *other))


def every_yes_has_its_word(data: st.DataObject) -> None:
    """12. Allowed names a yes to this very contact point, of a live joined record, in force."""
    world = data.draw(worlds())
    one, other = data.draw(sides())
    joined = (*one, *other)
    by_entry = {each.entry: each for each in world.statements}
    for (purpose, channel, point), answer in table(world.customer(*joined)).items():
        if not answer.allowed:
            continue
        if answer.entry is None:
            assert purpose in ("tips", "orders")
            continue
        word = by_entry[answer.entry]
        assert (word.decision, word.point, word.channel) == ("granted", point, channel)
        assert word.purpose == purpose
        assert answer.record == word.record
        assert word.record in joined
        assert word.record in world.live
        assert word.valid_until is None or word.valid_until > NOW
        assert answer.valid_until is None or answer.valid_until > NOW


def later_counts_strictly(data: st.DataObject) -> None:
    """4. A no and a yes of one moment, or of one day where only the day is known: the no."""
    on = data.draw(st.integers(0, 30))
    precision = data.draw(st.sampled_from(["exact", "day"]))
    later = data.draw(st.integers(0, 3))
    hours = data.draw(st.integers(0, 23)) if precision == "day" else 0
    yes = said(1, 1, on=on + later)
    yes = replace(yes, stated_at=yes.stated_at + timedelta(hours=hours))
    no = said(2, 1, "refused", on=on, precision=precision)
    world = World({1: frozenset(EMAILS[:1])}, frozenset({1}), (yes, no))

    may = ("marketing", "email", EMAILS[0]) in allowed(world.customer(1))

    assert may == (later > 0)


def narrow_lifting(data: st.DataObject) -> None:
    """4. A later yes on another record and another address lifts no refusal by itself."""
    on = data.draw(st.integers(0, 20))
    undated = data.draw(st.booleans())
    shared = undated and data.draw(st.booleans())
    mine, theirs = EMAILS[0], EMAILS[0] if shared else EMAILS[1]
    no = said(1, 2, "refused", on=on, point=theirs)
    yes = said(2, 1, on=on + 5, point=mine, precision="undated" if undated else "exact")
    world = World({1: frozenset({mine}), 2: frozenset({theirs})}, frozenset({1, 2}), (no, yes))

    assert not allowed(world.customer(1, 2)) & {("marketing", "email", mine)}
    said_same = replace(world, confirmed=((1, 2),))
    may = ("marketing", "email", mine) in allowed(said_same.customer(1, 2))
    assert may == (not undated)


def shared_address(data: st.DataObject) -> None:
    """A yes to a shared address helps only the customer who said it; a no binds both."""
    channel = data.draw(st.sampled_from(["email", "sms", "phone"]))
    point = EMAILS[0] if channel == "email" else next(p for p in KINDS if KINDS[p] == "phone")
    world = World(
        {1: frozenset({point}), 2: frozenset({point})},
        frozenset({1, 2}),
        (said(1, 1, point=point, channel=channel),),
    )

    assert allowed(world.customer(1)) >= {("marketing", channel, point)}
    assert not {key for key in allowed(world.customer(2)) if key[0] == "marketing"}
    scope = data.draw(st.sampled_from(["contact_point", "record"]))
    no = said(2, 2, "refused", on=1, point=point, channel=channel, scope=scope)
    assert ("marketing", channel, point) not in allowed(world.saying(no).customer(1))


def time_runs(data: st.DataObject) -> None:
    """17. Until `changes_at` nothing changes; at `valid_until` a yes has ended."""
    world = data.draw(worlds())
    one, _ = data.draw(sides())
    customer = world.customer(*one)
    for key, answer in table(customer).items():
        if answer.changes_at is not None:
            just_before = table(customer, answer.changes_at - timedelta(microseconds=1))
            assert just_before[key].allowed == answer.allowed
        if answer.valid_until is not None:
            after = table(customer, answer.valid_until)
            assert not after[key].allowed or after[key].entry != answer.entry


def corrections_lift_one_side(data: st.DataObject) -> None:
    """A correction lifts an inherited no for its own record; an invalid yes opens nothing."""
    one, other = 1, 2
    on = data.draw(st.integers(5, 30))
    grants = [said(n, n, on=1, point=EMAILS[n - 1]) for n in (one, other)]
    no = said(3, one, "withdrawn", on=on, point=None, scope="snapshot", scope_records=(1, 2))
    fixed = said(4, other, "corrected", on=on + 1, point=None, corrects=3)
    held = {n: frozenset({EMAILS[n - 1]}) for n in (one, other)}
    world = World(held, frozenset({1, 2}), (*grants, no))

    assert ("marketing", "email", EMAILS[1]) not in allowed(world.customer(other))
    assert ("marketing", "email", EMAILS[1]) in allowed(world.saying(fixed).customer(other))
    assert ("marketing", "email", EMAILS[0]) not in allowed(world.saying(fixed).customer(one))
    void = said(5, one, "invalidated", on=2, point=None, corrects=1)
    plain = World(held, frozenset({1}), (grants[0], void))
    assert ("marketing", "email", EMAILS[0]) not in allowed(plain.customer(one))


def objections_reach_every_channel(data: st.DataObject) -> None:
    """An objection made on one channel closes the others too; a refusal does not."""
    spoken, meant = data.draw(st.permutations(["email", "sms", "phone"]).map(lambda c: c[:2]))
    point = {"email": EMAILS[0]}.get(meant, next(p for p in KINDS if KINDS[p] == "phone"))
    yes = said(1, 1, on=1, point=point, channel=meant)
    world = World({1: frozenset({point})}, frozenset({1}), (yes,))
    key = ("marketing", meant, point)

    for decision, may in (("refused", True), ("objected", False)):
        no = said(2, 1, decision, on=2, point=None, channel=spoken)
        assert (key in allowed(world.saying(no).customer(1))) == may


def every_no_has_to_be_lifted(data: st.DataObject) -> None:
    """A yes between two refusals lifts the first and opens nothing."""
    first, yes, second = sorted(data.draw(st.sets(st.integers(0, 30), min_size=3, max_size=3)))
    no = data.draw(st.sampled_from(sorted(REFUSALS)))
    lifted = said(1, 1, no, on=first), said(2, 1, on=yes)
    world = World({1: frozenset(EMAILS[:1])}, frozenset({1}), lifted)
    key = ("marketing", "email", EMAILS[0])

    assert key in allowed(world.customer(1))
    assert key not in allowed(world.saying(said(3, 1, no, on=second)).customer(1))


CHECKS = (
    no_leak,
    tentative_never_opens,
    pending_refusals_close,
    split_restores,
    said_while_merged,
    more_refusals_never_open,
    refusals_bind,
    order_and_replay,
    every_yes_has_its_word,
    later_counts_strictly,
    narrow_lifting,
    shared_address,
    time_runs,
    corrections_lift_one_side,
    objections_reach_every_channel,
    every_no_has_to_be_lifted,
)
