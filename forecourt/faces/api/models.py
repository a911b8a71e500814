"""Tables of the API itself."""

from typing import ClassVar

from django.db import models


class IdempotentRequest(models.Model):
    """A request that bore an Idempotency-Key: by whom, of what, and what it was answered, sealed; for a day."""

    actor = models.TextField()
    route = models.TextField()
    key_digest = models.BinaryField(max_length=32)
    body_fingerprint = models.BinaryField(max_length=16)
    status = models.SmallIntegerField(null=True)
    answer_sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "api_idempotent_request"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["actor", "route", "key_digest"], name="one_request_a_key")
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotent_request_age")]
