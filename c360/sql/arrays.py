"""Arrays as PostgreSQL reads them from text.

The driver turns a list into text item by item in Python; for thousands of ids that takes as
long as what is asked of the database. Cast the parameter: `= ANY(%s::bigint[])`.
"""

from collections.abc import Iterable


def id_array(ids: Iterable[int]) -> str:
    """The text of an array of whole numbers, e.g. `{3,5}`."""
    return f"{{{','.join(map(str, ids))}}}"


def id_list(ids: Iterable[int]) -> str:
    """What stands within `IN (…)`; of no ids nothing is found.

    Of a single one the planner makes `=`, and then an index gives its rows in their order,
    which it does not do for an array.
    """
    return ",".join(map(str, ids)) or "NULL"


def key_array(keys: Iterable[str]) -> str:
    """The text of an array of public ids, which are letters, digits and hyphens.

    Nothing is escaped, so it takes no text that came from outside.
    """
    return f"{{{','.join(keys)}}}"


def text_array(texts: Iterable[str | None]) -> str:
    """The text of an array of any texts, or of none where there is none."""
    quoted = [
        "NULL" if each is None else '"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for each in texts
    ]
    return f"{{{','.join(quoted)}}}"
