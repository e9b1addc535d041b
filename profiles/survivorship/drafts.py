"""Drafts: new versions that differ from another in strategies or in trusted sources."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from c360.models import User
from c360.sentences import in_words
from profiles.models import SurvivorshipVersion
from profiles.rule_versions import DraftRefused, VersionError, free_name
from profiles.survivorship.rules import Rules, RulesError


def make_draft(
    based_on: SurvivorshipVersion,
    *,
    name: str,
    strategies: Mapping[str, Sequence[str]],
    trust: Mapping[str, Sequence[str]],
    made_by: User,
) -> SurvivorshipVersion:
    """Store a version like another but for what is changed. Raises `DraftRefused`."""
    try:
        given = {
            "strategies": {key: list(each) for key, each in strategies.items()},
            "trust": {key: list(each) for key, each in trust.items() if each},
        }
        if all(given[part] == based_on.spec[part] for part in given):
            raise DraftRefused(_("Nothing is changed: change an order or a source."))
        version = free_name(SurvivorshipVersion, name, prefix="values")
        rules = Rules.from_spec({**given, "version": version})
        with transaction.atomic():
            return SurvivorshipVersion.objects.create(
                version=version,
                spec=rules.to_spec(),
                based_on=based_on.version,
                made_by=made_by,
            )
    except (VersionError, RulesError) as problem:
        raise DraftRefused(in_words(str(problem))) from None
    except IntegrityError:
        raise DraftRefused(_("A version of that name exists already.")) from None
