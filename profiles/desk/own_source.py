"""The built-in source of what agents write, made with its mapping when the first note is."""

from django.db import transaction
from django.utils.translation import gettext as _

from profiles import bases
from profiles.mappings.events import EventMapping
from profiles.models import Source, SourceMapping

SOURCE = "agent-desk"
FACTS = {
    "name": "Agent desk",
    "kind": "Notes of agents",
    "owner": "Customer service",
    "trust_class": Source.TrustClass.SERVER,
    "priority": 100,
}
SPEC = {
    "key": "key",
    "occurred_at": "at",
    "kind": {"value": "note"},
    "text": "text",
    "basis": {
        "events": {
            "purpose": "service",
            "basis": "legitimate_interests",
            "retention_days": 1095,
            "reference": "Answering customers who come back",
        }
    },
}


class NotKept(Exception):
    """A note cannot be kept, or not be closed that way; the message says why."""


def own_source() -> Source:
    """The source of notes, declared like any other. Raises `NotKept` where it may hold nothing.

    An admin may switch it off and an officer may change its basis; both stay as they are.
    """
    source = Source.objects.filter(slug=SOURCE).first() or _make()
    if not source.is_active:
        raise NotKept(_("Notes are switched off. An admin can switch them on."))
    return source


@transaction.atomic
def _make() -> Source:
    source, is_new = Source.objects.get_or_create(slug=SOURCE, defaults=FACTS)
    if not is_new:  # somebody else made it at this moment
        return source
    mapping = EventMapping.parse(SPEC)
    if problems := bases.complaints(source, mapping, is_new=True):
        raise NotKept(" ".join(problems))
    SourceMapping.objects.create(
        source=source, reads=SourceMapping.Reads.EVENTS, version=1, spec=SPEC
    )
    bases.mapping_stored.send(sender=Source, source=source, mapping=mapping, before=None)
    return source
