"""Django's own, without guesses: a text that is new has no translation yet."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    msgmerge_options: list[str] = [
        *makemessages.Command.msgmerge_options,
        "--no-fuzzy-matching",
    ]
