"""How words are looked for in events: anywhere in text, name or object number, in any case."""

from django.db.models import Q

SAYS = """(upper(event.text) LIKE upper(%(words)s) OR upper(event.name) LIKE upper(%(words)s)
    OR upper(event.object_id) LIKE upper(%(words)s))"""


def pattern(words: str) -> str:
    """A LIKE pattern that finds the words as they are, anywhere."""
    escaped = words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def says(words: str) -> Q:
    """The same for querysets."""
    return Q(text__icontains=words) | Q(name__icontains=words) | Q(object_id__icontains=words)
