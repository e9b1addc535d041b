"""Finds profiles by misspelt, sounded-out and short names, through indexes only.

A word of the question meets a profile when a word of its names is spelt nearly the same
(trigrams), sounds alike (double Metaphone) or is its long or short form (nicknames).
"""

from collections.abc import Sequence
from functools import lru_cache

from django.contrib.postgres.search import TrigramStrictWordSimilarity, TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from nicknames import NickNamer

from profiles.models import Profile

SIMILARITY = 0.5  # pg_trgm's own 0.6 loses two-letter slips in short names
NICKNAME_SCORE = 0.85
SOUND_SCORE = 0.45
MAX_NICKNAMES = 8


@lru_cache(maxsize=1)
def _namer() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=4096)
def other_forms(word: str) -> tuple[str, ...]:
    """Short and long forms of a given name, e.g. `liz` to `elizabeth`; at most eight."""
    long_forms = sorted(_namer().canonicals_of(word))
    forms = dict.fromkeys([*long_forms, *sorted(_namer().nicknames_of(word))])
    plain = [form for form in forms if len(form) > 2 and form.isalpha() and form != word]
    return tuple(plain[:MAX_NICKNAMES])


def by_name(words: Sequence[str], *, year: str = "", limit: int) -> list[Profile]:
    """Profiles whose joined records carry all words, nearest first.

    `words` are folded. The last of several words may also be a town. Two or three queries,
    in a transaction, because the similarity limit of the index is a setting of the session.
    """
    with transaction.atomic():
        sounds = _prepare(words)
        found = list(_ranked(_all_words(words, sounds), words, sounds, year)[:limit])
        if len(words) > 1 and len(found) < limit:
            names = words[:-1]
            here = Q(golden__address__value__city__istartswith=words[-1])
            more = _ranked(_all_words(names, sounds) & here, names, sounds, year)
            known = {profile.pk for profile in found}
            found += [profile for profile in more[:limit] if profile.pk not in known]
    return found[:limit]


def _prepare(words: Sequence[str]) -> dict[str, list[str]]:
    """Set the similarity limit for this transaction; return each word's sound codes.

    A lone word needs a code of three sounds: two fit a tenth of all people.
    """
    shortest = 3 if len(words) == 1 else 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true),"
            " array_agg(dmetaphone(word) ORDER BY place),"
            " array_agg(dmetaphone_alt(word) ORDER BY place)"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS typed(word, place)",
            [str(SIMILARITY), list(words)],
        )
        _, first, second = cursor.fetchone()
    codes = zip(words, first, second, strict=True)
    return {
        word: [code for code in dict.fromkeys(pair) if len(code) >= shortest]
        for word, *pair in codes
    }


def _all_words(words: Sequence[str], sounds: dict[str, list[str]]) -> Q:
    meets = Q(record_count__gt=0)
    for word in words:
        meets &= _one_word(word, sounds[word])
    return meets


def _one_word(word: str, sounds: list[str]) -> Q:
    if len(word) == 1:
        return Q(search_name__regex=rf"\m{word}") if word.isalnum() else Q()
    meets = Q(search_name__trigram_word_similar=word) | _long_or_short(word)
    return meets | Q(name_sounds__overlap=sounds) if sounds else meets


def _long_or_short(word: str) -> Q:
    forms = "|".join(other_forms(word))
    return Q(search_name__regex=rf"\m({forms})\M") if forms else Q()


def _ranked(
    meets: Q, words: Sequence[str], sounds: dict[str, list[str]], year: str
) -> QuerySet[Profile]:
    """Order by the sum over the words of how near each one comes, then by recent activity."""
    if year:
        meets &= Q(golden__birth_date__value__startswith=year)
    score: Combinable = Value(0.0, output_field=FloatField())
    for word in words:
        score = score + Greatest(
            TrigramWordSimilarity(word, "search_name") * 0.7
            + TrigramStrictWordSimilarity(word, "search_name") * 0.3,
            _worth(_long_or_short(word), NICKNAME_SCORE),
            _worth(Q(name_sounds__overlap=sounds[word]), SOUND_SCORE),
        )
    newest = F("last_event_at").desc(nulls_last=True)
    return Profile.objects.filter(meets).annotate(score=score).order_by("-score", newest, "pk")


def _worth(meets: Q, score: float) -> Case:
    """The score where the condition holds, else nothing."""
    if not meets:
        return Case(default=Value(0.0), output_field=FloatField())
    return Case(When(meets, then=Value(score)), default=Value(0.0), output_field=FloatField())
