"""Advisory locks: whoever shares a number waits for the other, so each purpose has its own."""

import re

import pytest
from django.db import connection

from c360 import advisory

NUMBERS = {name: number for name, number in vars(advisory).items() if name.isupper()}
IN_THE_DATABASE = {
    "c360_ensure_event_month": advisory.MONTHS,
    "consent_ledgerentry_chain": advisory.CONSENT,
    "consent_accessentry_chain": advisory.CONSENT,
}


def test_no_two_purposes_share_a_number() -> None:
    assert len(set(NUMBERS.values())) == len(NUMBERS)


@pytest.mark.django_db
def test_functions_of_the_database_take_the_numbers_of_the_list() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE prosrc ~ 'pg_advisory'")
        found = {
            name: int(number)
            for name, source in cursor.fetchall()
            for number in re.findall(r"pg_advisory\w*\((\d+),", source)
        }

    assert found == IN_THE_DATABASE
