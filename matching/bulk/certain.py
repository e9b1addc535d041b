"""Telling from sketches what two records certainly are to a comparison, many pairs at a time.

Most candidates are strangers, whose e-mails, numbers, birth dates and names have nothing in
common, and most of the others agree to the letter. Both are told by numpy, and nobody need look
at the texts. What sketches cannot tell is left to the comparison: whoever changes a comparison
looks here too, and the tests compare both.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from matching.bulk.certain_contacts import by_domain, tell_email, tell_phone
from matching.bulk.certain_dates import tell_birth
from matching.bulk.certain_names import Shown, alone, tell_family, tell_given
from matching.bulk.certain_places import tell_address
from matching.bulk.sketching import NOTHING
from matching.bulk.told import NONE, Columns, Levels, Rows, Tell, Told

_GENDER, _GENERATION = Levels("gender"), Levels("generation")


def tell_gender(columns: Columns, lo: Rows, hi: Rows) -> Told:
    gender = columns["gender"]
    return np.where(gender.take(lo) == gender.take(hi), _GENDER["same"], _GENDER["different"])


def tell_generation(columns: Columns, lo: Rows, hi: Rows) -> Told:
    """Mostly nothing: hardly anybody is called junior."""
    ours, theirs = columns["~generation"].take(lo), columns["~generation"].take(hi)
    told = np.full(len(lo), NONE, np.int32)
    one = np.flatnonzero((ours != NOTHING) | (theirs != NOTHING))
    ours, theirs, given = ours[one], theirs[one], columns["~same_given"]
    is_both = (ours != NOTHING) & (theirs != NOTHING)
    is_one_name = given.take(lo[one]) == given.take(hi[one])
    one_side = np.where(is_one_name, _GENERATION["one_side"], np.int32(NONE))
    both = np.where(ours == theirs, _GENERATION["same"], _GENERATION["different"])
    told[one] = np.where(is_both, both, one_side)
    return told


# By comparison, the levels that pairs reach for certain; those that cost least come first.
CERTAIN: dict[str, Tell] = {
    "birth_date": tell_birth,
    "phone": tell_phone,
    "email": tell_email,
    "address": tell_address,
    "gender": tell_gender,
    "generation": tell_generation,
    "given_name": tell_given,
    "family_name": tell_family,
}
# By comparison, numbers for the little it looks at in some pairs, instead of those given.
SHOWN: dict[str, Callable[[Columns, Rows, Rows, Shown], Shown]] = {
    "given_name": partial(alone, "given"),
    "family_name": partial(alone, "family"),
    "email": by_domain,
}
