"""Profiles: the faces of clusters, and which record belongs to which."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from profiles.models.record import SourceRecord
from profiles.survivorship.rules import SHIPPED

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_profile_id() -> str:
    """A public id such as `P-7K3M9QW2XA4T`: 60 random bits, no letters that look alike."""
    bits = secrets.randbits(60)
    return "P-" + "".join(CROCKFORD[bits >> shift & 31] for shift in range(55, -1, -5))


class Profile(models.Model):
    """The id a record was born with, and the cache of what its cluster shows.

    Every record has one. A cluster answers to the profile of its oldest record; the others
    stay as redirects. All columns besides the id and the birth record are derived by
    `profiles.projection` and can be rebuilt.
    """

    id = models.CharField(primary_key=True, max_length=14, default=new_profile_id)
    birth_record = models.OneToOneField(
        SourceRecord, models.CASCADE, related_name="birth_profile"
    )
    record_count = models.PositiveIntegerField(
        default=0, help_text="Live records joined here; 0 means this id only redirects."
    )
    golden = models.JSONField(default=dict, help_text="Attribute to chosen value and reason.")
    rules_version = models.CharField(
        max_length=40,
        default=SHIPPED,
        db_default=SHIPPED,
        help_text="The version of survivorship that chose the values.",
    )
    display_name = models.CharField(max_length=240, blank=True)
    search_name = models.TextField(
        blank=True, help_text="Folded names of all joined records, for typo-tolerant search."
    )
    name_sounds = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    postcode_norm = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    found_by = models.GeneratedField(
        expression=models.Func(
            "search_name", "name_sounds", "postcode_norm", "golden", function="c360_found_by"
        ),
        output_field=SearchVectorField(),
        db_persist=True,
        help_text="What search asks for: n name, s sound, p place, b birthday, c postal code.",
    )
    last_event_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True, help_text="Last change of what it shows.")

    class Meta:
        permissions = [
            ("search_customers", "Can search for customers and open them"),
            ("see_matching_evidence", "Can see why records were joined"),
        ]
        indexes = [
            # Serves: search by misspelt names (trigram word similarity).
            GinIndex(OpClass("search_name", name="gin_trgm_ops"), name="profile_name_trigrams"),
            # Serves: search by names, how they sound, towns, birthdays and postcodes together.
            GinIndex(fields=["found_by"], name="profile_found_by"),
            # Serves: customers whose values another version has chosen, counted and brought in
            # line. None but shown ones, and a row whose version stays is not indexed anew.
            models.Index(
                fields=["rules_version"],
                condition=models.Q(record_count__gt=0),
                name="profile_rules_version",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class Membership(models.Model):
    """Which profile a record belongs to now: one row per record, for ever.

    `component` is the lock unit of clustering: the smallest record id among all records tied
    by links or decisions. Resolving locks the rows whose record id is a component id, in
    ascending order, so ingest (which only ever inserts its own row) never waits for it.
    """

    record = models.OneToOneField(
        SourceRecord, models.CASCADE, primary_key=True, related_name="membership"
    )
    profile = models.ForeignKey(Profile, models.PROTECT, related_name="memberships")
    component = models.BigIntegerField()

    class Meta:
        indexes = [
            # Serves: reading and locking all records of a component while resolving.
            models.Index(fields=["component"], name="membership_component"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} in {self.profile_id}"
