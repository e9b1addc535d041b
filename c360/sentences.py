"""Sentences that are raised or kept in English, told in the language of the reader.

Workers, commands and the pure core know no reader. Each app lists what they may say when it
starts, with `%s` for what is filled in: a name, a figure, another such sentence, or several of
them with "; " between.
"""

import re

from django.utils.translation import gettext, gettext_noop

_known: dict[str, re.Pattern[str]] = {}


def know(*sentences: str) -> None:
    """Let these sentences, as `gettext_noop` has them, be found and translated."""
    for sentence in sentences:
        pattern = re.escape(sentence).replace("%s", "(.+)")
        _known[sentence] = re.compile(pattern, re.DOTALL)
    in_order = sorted(_known.items(), key=lambda each: -len(each[0]))  # the most exact first
    _known.clear()
    _known.update(in_order)


def knows(said: str) -> bool:
    """Whether this was said by a known sentence, with whatever filled in."""
    return any(pattern.fullmatch(said) for pattern in _known.values())


def in_words(said: str) -> str:
    """A sentence in the language of the reader; one that is not known as it is."""
    for sentence, pattern in _known.items():
        if found := pattern.fullmatch(said):
            return gettext(sentence) % tuple(_filled(each) for each in found.groups())
    return said


def _filled(part: str) -> str:
    return "; ".join(in_words(each) for each in part.split("; "))


know(
    gettext_noop("Its worker ended %s times."),
    gettext_noop("%s: the log has more."),
    gettext_noop("in a frame"),
    gettext_noop("account %s"),
    gettext_noop("token %s …%s"),
    gettext_noop("token %s …%s: %s"),
)
