"""What somebody may do: all of it from groups and of their own, in one question."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from c360.models import User
from tests.staff import staff

pytestmark = pytest.mark.django_db
OWN, OF_GROUP = "consent.view_accessentry", "profiles.search_customers"


@pytest.fixture
def ana() -> User:
    """Ana with a permission that her role does not have."""
    ana = staff("ana")
    ana.user_permissions.add(Permission.objects.get(codename="view_accessentry"))
    return User.objects.get(pk=ana.pk)


def test_permissions_of_role_and_person_are_read_with_one_statement(ana: User) -> None:
    with CaptureQueriesContext(connection) as asked:
        may = [ana.has_perm(name) for name in (OWN, OF_GROUP, "matching.review_matches")]

    assert may == [True, True, False]
    assert len(asked) == 1


def test_who_left_may_do_nothing(ana: User) -> None:
    ana.is_active = False

    assert not ana.has_perm(OWN)
    assert not ana.has_perm(OF_GROUP)
