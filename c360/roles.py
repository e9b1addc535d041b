"""What the roles are called: their groups bear English names, whatever language is read."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from c360.models import User
from c360.sentences import know

WORDS = {
    "Service agents": _("Service agents"),
    "Data stewards": _("Data stewards"),
    "Privacy officers": _("Privacy officers"),
    "Admins": _("Admins"),
}


def role_words(name: str) -> str:
    """A role in the language of the reader; a group that somebody added as it is called."""
    return str(WORDS.get(name, name))


def roles_in_words(names: str) -> str:
    """Roles as the access log keeps them, with commas between them."""
    return ", ".join(role_words(name) for name in names.split(", "))


def roles_of(user: User) -> list[str]:
    """The names of somebody's roles, in order. No query where `groups` was prefetched."""
    return sorted(group.name for group in user.groups.all())


know(  # what roles allow, as permissions are called in the database
    gettext_noop("Can add %s"),
    gettext_noop("Can change %s"),
    gettext_noop("Can delete %s"),
    gettext_noop("Can view %s"),
    gettext_noop("access entry"),
    gettext_noop("checkpoint"),
    gettext_noop("field basis"),
    gettext_noop("group"),
    gettext_noop("ledger entry"),
    gettext_noop("personal token"),
    gettext_noop("policy version"),
    gettext_noop("processing activity"),
    gettext_noop("purpose"),
    gettext_noop("source"),
    gettext_noop("source token"),
    gettext_noop("user"),
    gettext_noop("Can search for customers and open them"),
    gettext_noop("Can see why records were joined"),
    gettext_noop("Can see whether a customer may be contacted"),
    gettext_noop("Can record what a customer says about consent"),
    gettext_noop("Can decide, split and undo matches"),
    gettext_noop("Can see how good the data of each source is"),
)
