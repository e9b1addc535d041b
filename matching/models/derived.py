"""Derived from records and the live model: keys, marks of what is stale, links.

The database does not hold their rows to the records they name: some thirty are written with
each record, checking each took a sixth of all the work of the server, and all that pointed to
one model waited for its row. Records and versions of the model are never deleted;
`matching.strays` finds rows of records that are gone all the same.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from matching.models.version import MatchModelVersion
from profiles.models import Source, SourceRecord


class BlockKey(models.Model):
    """A keyed hash under which records that may be one person meet; a record has it once."""

    pk = models.CompositePrimaryKey("record", "key")
    record = models.ForeignKey(
        SourceRecord,
        models.CASCADE,
        related_name="block_keys",
        db_index=False,
        db_constraint=False,
    )
    kind = models.CharField(max_length=24)
    key = models.BigIntegerField()

    class Meta:
        indexes = [
            # Serves: candidates of a record in one index-only look-up.
            models.Index(fields=["key"], include=["record"], name="block_lookup"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.record_id}"


class KeyedRecord(models.Model):
    """The features of a record, and which scheme they and its block keys were made by.

    No row means nobody knows. `folded` is a text of `matching.core.codec`, made of that version
    of the record; nothing where it is gone. The source stands here as well, so that a candidate
    is read from this row alone.

    While `rekey` runs, keys of an older scheme stay beside the new ones, named here, so that
    records whose keys are not made yet are still met. They go when all records have new ones.
    """

    record = models.OneToOneField(
        SourceRecord, models.CASCADE, related_name="+", primary_key=True, db_constraint=False
    )
    source = models.ForeignKey(
        Source, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    scheme = models.PositiveSmallIntegerField(help_text="`KEY_SCHEME` of the code then.")
    version = models.PositiveIntegerField(null=True)
    folded = models.TextField(null=True)  # noqa: DJ001 - what is gone is no empty text
    outdated = ArrayField(models.BigIntegerField(), null=True)

    class Meta:
        indexes = [
            # Serves: `rekey` takes away outdated keys; has it come to its end?
            models.Index(
                fields=["record"], condition=Q(outdated__isnull=False), name="keys_outdated"
            ),
        ]

    def __str__(self) -> str:
        return f"keys of {self.record_id} by scheme {self.scheme}"


class GenericKey(models.Model):
    """A key shared by more records than its kind allows: it proves and proposes nothing.

    Written when a key is seen to have crossed its limit, removed when it falls back; either
    way every record under the key is examined again, so the outcome depends on the set of
    records and not on their order.
    """

    key = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=24)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            # Serves: the values that prove nothing, asked with every record that is resolved.
            models.Index(fields=["kind"], include=["key"], name="generic_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class DirtyRecord(models.Model):
    """A mark that a record must be resolved: the queue. Celery messages are only hints.

    A held mark says that the record was last resolved under an earlier version: nobody takes it
    before that version is applied to all, and it goes when the record is resolved anyway.

    Append-only for writers; the resolver deletes the marks it has settled. `touched_keys` are
    block keys the record lost with the change, whose limits must be looked at again.
    """

    class Lane(models.IntegerChoices):
        LIVE = 0, "Live"
        BULK = 1, "Bulk"
        HELD = 2, "Held: for new data only, until the version is applied to all"

    record = models.ForeignKey(
        SourceRecord, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    lane = models.PositiveSmallIntegerField(choices=Lane.choices, default=Lane.LIVE)
    touched_keys = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, help_text="Why the last attempt failed.")

    class Meta:
        indexes = [
            # Serves: claiming the next batch, live before bulk, oldest first.
            models.Index(fields=["lane", "id"], name="dirty_next"),
            # Serves: claiming marks that failed before, one at a time.
            models.Index(fields=["id"], condition=Q(attempts__gt=0), name="dirty_again"),
            # Serves: is this record settled? and deleting the marks of a batch.
            models.Index(fields=["record"], name="dirty_of_record"),
        ]

    def __str__(self) -> str:
        return f"record {self.record_id}"


class Link(models.Model):
    """A candidate pair worth keeping: it joins (`weight ≥ join`) or asks (`≥ review`).

    Most rows that resolving writes are these, so they have no index that nothing reads.
    """

    pk = models.CompositePrimaryKey("lo", "hi")
    lo = models.ForeignKey(
        SourceRecord, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    hi = models.ForeignKey(
        SourceRecord, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    weight_bits = models.FloatField(help_text="log2 odds; above zero speaks for a match")
    joins = models.BooleanField(help_text="At or above the join threshold of its model.")
    levels = models.JSONField(help_text="Comparison to the level reached.")
    bits = models.JSONField(help_text="Comparison to its part of the weight, in bits.")
    model_version = models.ForeignKey(
        MatchModelVersion,
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    lo_version = models.PositiveIntegerField()
    hi_version = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lo__lt=F("hi")), name="link_is_ordered"),
        ]
        indexes = [
            # Serves: all links of a record, from its other end (the primary key has `lo`).
            models.Index(fields=["hi"], name="link_from_hi"),
        ]

    def __str__(self) -> str:
        return f"{self.lo_id}–{self.hi_id}"
