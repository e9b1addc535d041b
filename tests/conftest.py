"""Settings of all tests: no example is timed, no client looks through all static files."""

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, settings

settings.register_profile(
    "c360", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("c360")


@pytest.fixture(autouse=True, scope="session")
def _static_files_are_found_when_asked_for() -> None:
    """Each test client loads the middleware anew; listing all files takes most of that."""
    django_settings.WHITENOISE_AUTOREFRESH = True
