"""How words are looked for in events: anywhere in text, name or object number, in any case.

Looked for is in what the reader is shown. Were masked values matched too, a find for
"07700 900" would say whether the customer's number begins so, and one more digit the next.
"""

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import IContains

from profiles.desk.guard import Guard

SEARCHED = ("text", "name", "object_id")
HOLE = "•"  # stands where a masked value was


def says(words: str, guard: Guard) -> Q:
    """A condition on events.

    Cheap before dear: masked values are only cut out of the few texts that say the words.
    """
    found = Q()
    for name in SEARCHED:
        way = Q(**{f"{name}__icontains": words})
        if guard.masked_spellings:
            way &= Q(IContains(_told(name, guard), words))
        found |= way
    return found


def _told(name: str, guard: Guard) -> Func:
    arguments = (F(name), Value(guard.masked_spellings), Value(HOLE), Value("gi"))
    return Func(*arguments, function="regexp_replace", output_field=TextField())
