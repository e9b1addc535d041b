from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate

from c360.database import grant_app_role, grant_auditor_role, make_app_role
from c360.services import StartError
from c360.services.folder import AUDITOR


class Command(migrate.Command):
    """Django's migrate, run as the owner; afterwards application and auditor get theirs."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"]:
            return
        try:
            make_app_role(settings.DATABASE_APP_ROLE, settings.DATABASE_APP_PASSWORD)
        except StartError as error:
            raise CommandError(str(error)) from error
        grant_app_role(settings.DATABASE_APP_ROLE)
        grant_auditor_role(AUDITOR)
