"""What block keys are called, by which records meet."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "identifier": _("number"),
    "email": _("e-mail"),
    "mailbox": _("name of a mailbox"),
    "sound_mailbox": _("sound of a name and mailbox"),
    "phone": _("phone"),
    "sound_phone": _("sound of a name and phone"),
    "full_name": _("full name"),
    "sound_names": _("sound of both names"),
    "initial_family": _("initial and family name"),
    "date": _("birth date"),
    "initial_date": _("initial and birth date"),
    "sound_day": _("sound of a name and birthday"),
    "sound_year": _("sound of a name and year of birth"),
    "names_year": _("names and year of birth"),
    "house": _("house"),
    "postcode": _("postcode"),
    "sound_postcode": _("sound of a name and postcode"),
    "sound_house": _("sound of a name and house"),
    "sound_town": _("sound of a name and town"),
    "names_town": _("names and town"),
    "sound_custom": _("sound of a name and an own attribute"),
    "names_custom": _("names and an own attribute"),
}


def key_words(kind: str) -> str:
    """A kind of block key in the language of the reader; an unknown one by its name."""
    return str(WORDS.get(kind, kind.replace("_", " ")))
