"""Settings of the property tests: this machine may be busy, so no example is timed."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "c360", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("c360")
