"""The event log, its cursors, the audit trail, and reviews."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from forecourt.kernel.values import Outcome

OUTCOME_NAMES = [
    (Outcome.OPEN.value, _("in review")),
    (Outcome.APPROVED.value, _("approved")),
    (Outcome.REFUSED.value, _("sent back")),
    (Outcome.WITHDRAWN.value, _("withdrawn")),
]


class EventRow(models.Model):
    """An event in the log, to read. Partitioned by month of `recorded_at`; made by migration, written by `events.publish`.

    In the database the key is (customer_id, recorded_at, id); `xid` and `position` give readers their order.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    customer_id = models.BigIntegerField()
    recorded_at = models.DateTimeField(_("recorded"))
    occurred_at = models.DateTimeField(_("occurred"))
    name = models.TextField(_("event"))
    body = models.JSONField(_("contents"))

    class Meta:
        managed = False
        db_table = "kernel_event"
        verbose_name = _("event")
        verbose_name_plural = _("events")


class Cursor(models.Model):
    """How far a reader has come in the event log, and what stopped it if it failed."""

    reader = models.TextField(_("reader"), primary_key=True)
    xid = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(_("last moved"), null=True)
    failures = models.IntegerField(_("failures in a row"), default=0)
    failed_at = models.DateTimeField(_("failed"), null=True)
    error = models.TextField(_("error"), blank=True, default="")

    class Meta:
        db_table = "kernel_cursor"
        verbose_name = _("event reader")
        verbose_name_plural = _("event readers")


class AuditEntry(models.Model):
    """Who read or changed personal data, prices, rules or rights, when and why. Written, never changed."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(_("time"))
    actor = models.TextField(_("who"))
    action = models.TextField(_("what"))
    subject = models.TextField(_("of what"))
    customer_id = models.BigIntegerField(null=True)
    station_id = models.BigIntegerField(null=True)
    reason = models.TextField(_("reason"), blank=True, default="")
    detail = models.JSONField(_("details"), default=dict)

    class Meta:
        db_table = "kernel_audit"
        ordering: ClassVar = ["-at"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes: ClassVar = [
            models.Index(fields=["-at"], name="audit_at"),
            models.Index(fields=["customer_id", "-at"], name="audit_customer"),
            models.Index(fields=["actor", "-at"], name="audit_actor"),
        ]


class ReviewRow(models.Model):
    """Something handed in, what it would replace, and what was decided. Decided rows never change: they are its history."""

    subject = models.TextField(_("of what"))
    body = models.JSONField(_("handed in"))
    before = models.JSONField(_("in force before"), null=True)
    note = models.TextField(_("note"), default="", blank=True)
    submitted_at = models.DateTimeField(_("handed in"))
    submitted_by = models.TextField(_("handed in by"))
    outcome = models.CharField(_("outcome"), max_length=9, choices=OUTCOME_NAMES, default=Outcome.OPEN)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.TextField(_("decided by"), default="", blank=True)
    answer = models.TextField(_("answer"), default="", blank=True)

    class Meta:
        db_table = "kernel_review"
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        indexes: ClassVar = [models.Index(fields=["subject", "-id"], name="reviews_of")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(outcome=Outcome.OPEN.value), name="one_review_at_a_time"
            )
        ]
