"""What ingest, survivorship and the access log say in English; see `c360.sentences`."""

from django.utils.translation import gettext_noop

ROWS = (  # why a row was not taken in, as quarantine keeps it
    gettext_noop("cannot be read"),
    gettext_noop("not a row that can be stored"),
    gettext_noop("the key is missing"),
    gettext_noop("the kind is missing"),
    gettext_noop("the time is missing"),
    gettext_noop("unknown kind of event"),
    gettext_noop("unknown kind of object"),
    gettext_noop("longer than %s characters"),
    gettext_noop("not an amount"),
    gettext_noop("not an amount of whole minor %s"),
    gettext_noop("not a three-letter currency"),
    gettext_noop("the year lies outside %s to next year"),
    gettext_noop("a birth date in the future"),
    gettext_noop("there is no such month"),
    gettext_noop("not a date or time"),
    gettext_noop("not a date of the form %s"),
    gettext_noop("not a time of the form %s"),
    gettext_noop("a quoted cell does not end (%s)"),
    gettext_noop("%s cells where the header has %s"),
    gettext_noop("not a JSON object"),
    gettext_noop("this record was erased; a person has to look at it before it comes back"),
)
VERSIONS = (
    gettext_noop("a version %s exists already: choose another name"),
    gettext_noop("%s is too long: choose a name of up to 40 characters"),
    gettext_noop("strategies: give a list for each of %s"),
    gettext_noop("trust: name sources for some of %s"),
    gettext_noop(
        "trust.%s ranks sources, but strategies.%s does not ask for the rank: add priority, or "
        "leave the sources out"
    ),
    gettext_noop("%s is empty: give at least one of %s"),
    gettext_noop("%s has %s: use some of %s"),
    gettext_noop("%s is %s: give a list of words"),
    gettext_noop("%s has %s twice: leave one out"),
)
ACCESS = (
    gettext_noop("caller verified"),
    gettext_noop("caller not verified"),
    gettext_noop("refused: caller not verified"),
    gettext_noop("refused: tries cannot be counted"),
    gettext_noop("refused: too many tries to verify a caller"),
    gettext_noop("refused: more than %s lookups in a minute"),
    gettext_noop("in a frame of %s, token %s"),
)
EVENTS = (  # what notes of agents are called on a timeline
    gettext_noop("Note by %s"),
    gettext_noop("Note taken back"),
    gettext_noop("Note marked as mistaken"),
)
SENTENCES = (*ROWS, *VERSIONS, *ACCESS, *EVENTS)
