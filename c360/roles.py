"""What the roles are called: their groups bear English names, whatever language is read."""

from django.utils.translation import gettext_lazy as _

from c360.models import User

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
