"""Fetches the customers who may be meant by words, through one index, looser step by step.

`Profile.found_by` holds names, sounds, towns, birthdays and postcodes of a customer as words of
one text index, so that the database cuts them with each other before it reads any row. Only
what sounds and beginnings do not lead to is looked for by spelling (trigrams).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from profiles.finding.question import Question
from profiles.finding.words import Met, meet, other_forms

MOST_WRITTEN = 300  # candidates that are read and ranked of names that begin as was typed
MOST = 600  # of any other step: which name is near, the database does not say
LOOKED_AT = 5_000  # of those a step leads to, the newest are picked from so many
LOOKED_AT_WRITTEN = 2_000  # of names that begin as was typed, and of those that are whole
SIMILARITY = 0.5  # pg_trgm's own 0.6 loses two-letter slips in short names
SHORTEST_SPELLING = 4  # letters; of fewer, too many names are spelt nearly the same
SHORTEST_SOUND = 2
SHORTEST_TOLD = 3
WORDS = "found_by @@ %s::tsquery"
# Values are taken out of the few that are picked, not out of all that are looked at.
READ = """
SELECT id, search_name, coalesce(golden #>> '{{address,value,city}}', ''), name_sounds,
    left(golden #>> '{{birth_date,value}}', 10), last_event_at
FROM profiles_profile WHERE id IN ({picked})
ORDER BY found_by @@ %s::tsquery DESC, last_event_at DESC NULLS LAST, id LIMIT {most}
"""
PICKED = """
    (SELECT id FROM (
        SELECT id, last_event_at, found_by FROM profiles_profile
        WHERE record_count > 0 AND {condition} LIMIT {looked_at}
    ) AS meant WHERE {of_these} ORDER BY last_event_at DESC NULLS LAST, id LIMIT {most})
"""


class Candidate(NamedTuple):
    """What ranking needs of a profile."""

    pk: str
    names: str
    town: str
    sounds: list[str]
    born: str | None
    last_event_at: datetime | None


class Pick(NamedTuple):
    """A condition that an index answers, and one that is asked of each row it leads to."""

    condition: str
    parameters: Sequence[str]
    of_these: str = "true"
    more: Sequence[str] = ()


@dataclass
class Wanted:
    """A question in the words of the index; `only` are the profiles that digits lead to."""

    words: Sequence[str]
    codes: dict[str, list[str]]
    narrow: list[str] = field(default_factory=list)
    only: Collection[str] | None = None

    @property
    def told(self) -> Sequence[str]:
        """The words that are looked up; whether the short ones are met is seen afterwards.

        Nearly everybody has a name or a town that begins with some two letters.
        """
        return [word for word in self.words if len(word) >= SHORTEST_TOLD] or self.words

    @property
    def whole(self) -> str:
        """Who bears every word as it was typed, as a name, or beside a name as a town."""
        if len(self.words) == 1:
            return _is("n", self.words[0])
        return " & ".join(f"({_is('n', word)} | {_is('p', word)})" for word in self.words)


def by_words(
    question: Question, *, only: Collection[str] | None = None, enough: int
) -> list[tuple[Candidate, Met]]:
    """Customers whose names and town are met by all words, nearest first, then newest.

    Narrowed by the birthday and the postcode of the question, and to the profiles `only`; goes
    on to looser steps until there are `enough`. Two to six queries.
    """
    codes = _codes(question.words)
    wanted = Wanted(question.words, codes, _narrow(question), only)
    met: dict[str, tuple[Candidate, Met]] = {}
    for step in (_as_written, _as_heard, _as_spelt):
        for candidate in step(wanted):
            how = meet(question.words, candidate.names, candidate.town, candidate.sounds, codes)
            if how:
                met.setdefault(candidate.pk, (candidate, how))
        if len(met) >= enough:
            break
    return sorted(met.values(), key=_rank)


def by_rest(question: Question, *, limit: int) -> list[Candidate]:
    """Customers of a postcode or a birthday without a name, newest first. One query."""
    narrow = " & ".join(_narrow(question))
    found = _ask([Pick(WORDS, [narrow])], whole=narrow)
    return sorted(found, key=lambda one: (_age(one), one.pk))[:limit]


def _rank(found: tuple[Candidate, Met]) -> tuple[float, float, str]:
    candidate, how = found
    return -round(how.score, 3), _age(candidate), candidate.pk


def _age(candidate: Candidate) -> float:
    """Newest first, those without events last."""
    return -candidate.last_event_at.timestamp() if candidate.last_event_at else 0.0


def _codes(words: Sequence[str]) -> dict[str, list[str]]:
    """The double-Metaphone codes of each word; short codes fit a tenth of all people."""
    shortest = SHORTEST_SOUND + (len(words) == 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, dmetaphone(word), dmetaphone_alt(word) FROM unnest(%s::text[]) word",
            [list(words)],
        )
        rows = cursor.fetchall()
    return {
        word: [code for code in dict.fromkeys(pair) if len(code) >= shortest]
        for word, *pair in rows
    }


def _narrow(question: Question) -> list[str]:
    rest = []
    if question.born:
        rest.append(_begins("b", question.born))
    if question.postcode:
        rest.append(_begins("c", question.postcode))
    return rest


def _is(kind: str, word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{kind}{escaped}'"


def _begins(kind: str, word: str) -> str:
    return f"{_is(kind, word)}:*"


def _as_written(wanted: Wanted) -> list[Candidate]:
    """Names that begin so or are the short or long form; towns beside a name.

    The last word may be a town of which there is more to come. Of what begins so the index
    would read all that live there: those who bear the other words are asked one by one.
    """
    ways = [_written(word, wanted) for word in wanted.told]
    trees = [" & ".join([wanted.whole, *wanted.narrow]), _tree(ways, wanted)]
    picks = [Pick(WORDS, [tree]) for tree in trees]
    if len(ways) > 1 and wanted.told[-1] == wanted.words[-1]:
        town = _begins("p", wanted.words[-1])
        picks.append(Pick(WORDS, [_tree(ways[:-1], wanted)], WORDS, [town]))
    return _ask(
        picks, whole=wanted.whole, only=wanted.only, most=MOST_WRITTEN,
        looked_at=LOOKED_AT_WRITTEN,
    )  # fmt: skip


def _written(word: str, wanted: Wanted) -> list[str]:
    """A town as it is: of what begins so, the index would read all that live there."""
    ways = [_begins("n", word), *(_is("n", form) for form in other_forms(word))]
    return [*ways, _is("p", word)] if len(wanted.words) > 1 else ways


def _as_heard(wanted: Wanted) -> list[Candidate]:
    """Names that sound so, too, or of which the first half is right."""
    tree = _tree([_heard(word, wanted) for word in wanted.told], wanted)
    return _ask([Pick(WORDS, [tree])], whole=wanted.whole, only=wanted.only)


def _heard(word: str, wanted: Wanted) -> list[str]:
    ways = _written(word, wanted) + [_is("s", code) for code in wanted.codes.get(word, ())]
    half = word[: (len(word) + 1) // 2]
    return [*ways, _begins("n", half)] if len(half) > 2 else ways


def _as_spelt(wanted: Wanted) -> list[Candidate]:
    """Names that share half of their letters, in their order: all that are long enough, or one
    of them, where the others are heard or short: a slip leaves little of so short a word.

    Each way is one look-up by letters beside one by words, so that no plan hangs on how many
    there are of either.
    """
    spelt = [word for word in wanted.words if len(word) >= SHORTEST_SPELLING]
    if not spelt:
        return []
    heard = {word: _heard(word, wanted) for word in spelt if len(word) > SHORTEST_SPELLING}
    picks = [_spelt(spelt, heard, wanted)]
    if len(spelt) > 1:
        picks += [_spelt([word], heard, wanted) for word in spelt]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)",
            [str(SIMILARITY)],
        )
        return _ask(picks, whole=wanted.whole, only=wanted.only)


def _spelt(words: Sequence[str], heard: Mapping[str, Sequence[str]], wanted: Wanted) -> Pick:
    """The condition that some words are spelt nearly so and all others heard."""
    others = [ways for word, ways in heard.items() if word not in words]
    conditions, parameters = ["search_name %%> %s"] * len(words), list(words)
    if others or wanted.narrow:
        conditions.append(WORDS)
        parameters.append(_tree(others, wanted))
    return Pick(" AND ".join(conditions), parameters)


def _tree(ways: Sequence[Sequence[str]], wanted: Wanted) -> str:
    return " & ".join([*(f"({' | '.join(each)})" for each in ways), *wanted.narrow])


def _ask(
    picks: Sequence[Pick],
    *,
    whole: str,
    only: Collection[str] | None = None,
    most: int = MOST,
    looked_at: int = LOOKED_AT,
) -> list[Candidate]:
    """Rows of any of some conditions; of more than `most`, the `whole` ones, then the newest.

    Of more than `looked_at` that one condition leads to, any are compared.
    """
    known = [] if only is None else [list(only)]
    parts: list[str] = []
    parameters: list[Any] = []
    for pick in picks:
        narrowed = f"id = ANY(%s) AND {pick.condition}" if known else pick.condition
        parts.append(
            PICKED.format(
                condition=narrowed, of_these=pick.of_these, looked_at=looked_at, most=most
            )
        )
        parameters += [*known, *pick.parameters, *pick.more]
    with connection.cursor() as cursor:
        read = READ.format(picked=" UNION ".join(parts), most=most)
        cursor.execute(read, [*parameters, whole])
        return [Candidate(*row) for row in cursor.fetchall()]
