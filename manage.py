#!/usr/bin/env python
"""Entry point of every command; see the commands table in the README."""

import os
import sys

from c360.services import StartError, complain
from c360.services.attach import servers_for


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "c360.settings")
    try:
        with servers_for(sys.argv):
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except StartError as error:
        complain(error)


if __name__ == "__main__":
    main()
