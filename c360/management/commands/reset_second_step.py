"""The way back in for an admin whose phone is lost while nobody else can reset it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from c360.models import User
from c360.second_step.keeping import end


class Command(BaseCommand):
    help = (
        "End the second step of one person: sign-in asks for the password alone until they set "
        "it up again. Admins do the same on the page of people; this is for when none can."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="With which they sign in; capitals do not matter.")
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody signs in as {email}.")
        ended = end(person, by="a command")
        told = "Their second step was reset." if ended else "They have no second step."
        self.stdout.write(told)
        if options["json"]:
            self.stdout.write(json.dumps({"user": person.pk, "reset": ended}))
