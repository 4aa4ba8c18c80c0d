"""The journal and what hangs on it: audit, outbox, timeline, history and exchange in one (7.8)."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from anlan.kernel.base.fields import UlidField
from anlan.kernel.base.ids import new_ulid


class Journal(models.Model):
    """One change: who, what, when, the public state after it and the private before and after.

    Insert-only by grants. `change` may be erased with a reason; its digest stays in `Sealed`.
    """

    id = models.BigAutoField(primary_key=True)
    ulid = UlidField(default=new_ulid, unique=True)
    node = models.CharField(max_length=32)
    schema = models.SmallIntegerField(default=1)
    type = models.CharField(max_length=80)
    occurred_at = models.DateTimeField()
    known_at = models.DateTimeField()
    correlation_id = UlidField()
    causation_id = UlidField(null=True)
    exercise_id = UlidField(null=True)
    actor = models.CharField(max_length=64)
    object = UlidField()
    object_version = models.IntegerField()
    div = models.BigIntegerField()
    zone = models.BigIntegerField(null=True)
    site = UlidField(null=True)
    data = models.JSONField(encoder=DjangoJSONEncoder)
    change = models.JSONField(encoder=DjangoJSONEncoder, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["object", "known_at"], name="base_journal_object"),
            models.Index(fields=["correlation_id"], name="base_journal_thread"),
            models.Index(fields=["type", "id"], name="base_journal_type"),
        ]


class JournalPending(models.Model):
    """A journal row that the relay has not sealed yet; the relay deletes in id order (7.5)."""

    journal = models.OneToOneField(
        Journal, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )

    class Meta:
        db_table = "base_journal_pending"


class Sealed(models.Model):
    """The gapless position of a journal row on this node, with its digests."""

    position = models.BigIntegerField(primary_key=True)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField()
    change_digest = models.BinaryField(null=True)


class Seal(models.Model):
    """One link of the chain: head = SHA-256(previous head, digests of first..last)."""

    id = models.BigAutoField(primary_key=True)
    first_position = models.BigIntegerField(unique=True)
    last_position = models.BigIntegerField(unique=True)
    previous = models.BinaryField()
    head = models.BinaryField()
    algorithm = models.CharField(max_length=16, default="sha256")
    sealed_at = models.DateTimeField()


class RelayProgress(models.Model):
    """How far the sealed journal has been published to EVENTS."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    published_upto = models.BigIntegerField(default=0)


class SubscriptionProgress(models.Model):
    """The last position that a slice's handlers have acted on, kept in their transaction."""

    slice = models.CharField(max_length=64, primary_key=True)
    position = models.BigIntegerField(default=0)


class DeadLetter(models.Model):
    """An event that a handler refused five times; shown to the system administrator.

    `retry_at` is his wish to have it handled again, which the worker fulfils.
    """

    id = UlidField(primary_key=True, default=new_ulid)
    version = models.IntegerField(default=1)
    slice = models.CharField(max_length=64)
    position = models.BigIntegerField()
    event = models.JSONField()
    error = models.TextField()
    tries = models.IntegerField(default=0)
    failed_at = models.DateTimeField()
    retry_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=16, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slice", "position"],
                condition=models.Q(settled_at__isnull=True),
                name="base_deadletter_once",
            )
        ]


class IdempotencyKey(models.Model):
    """The answer once given to a create, so that a repeat creates nothing and answers the same."""

    id = models.BigAutoField(primary_key=True)
    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    route = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    answer = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "key"], name="base_idempotency_once")
        ]


class RefusalTally(models.Model):
    """The minute of one kind of refusal of one person: told of at once, its repeats counted."""

    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    since = models.DateTimeField(db_index=True)
    further = models.IntegerField(default=0)
    exercise_id = UlidField(null=True)
    said = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="base_refusal_once")]
