"""Tables of loyalty: the programme as edited, the rulebook as published, the ledger and its balances."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from forecourt.kernel.partitions import PARTITIONED
from forecourt.kernel.values import Outcome
from forecourt.loyalty.values import EntryKind

PARTITIONED["loyalty_entry"] = 3

ENTRY_NAMES = [
    (EntryKind.EARN.value, _("Earned")),
    (EntryKind.REFUND.value, _("Refund")),
    (EntryKind.RERATE.value, _("Rated anew")),
    (EntryKind.ADJUST.value, _("Adjusted")),
    (EntryKind.EXPIRE.value, _("Expired")),
    (EntryKind.TRANSFER.value, _("Transferred")),
    (EntryKind.SPEND.value, _("Spent")),
    (EntryKind.RETURN.value, _("Given back")),
    (EntryKind.BONUS.value, _("Bonus")),
]
OUTCOME_NAMES = [
    (Outcome.OPEN.value, _("in review")),
    (Outcome.APPROVED.value, _("approved")),
    (Outcome.REFUSED.value, _("refused")),
    (Outcome.WITHDRAWN.value, _("withdrawn")),
]


class ProgrammeDraft(models.Model):
    """The programme as the marketer edits it, as JSON, so that it may be half done. One row, id 1.

    Nothing takes effect until it is published. `revision` counts how often it was saved: who saves over what somebody
    else saved meanwhile is told.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    body = models.JSONField(_("rules"), default=dict)
    revision = models.IntegerField(_("saved so many times"), default=0)
    saved_at = models.DateTimeField(_("saved"), null=True)
    saved_by = models.TextField(_("saved by"), default="", blank=True)

    class Meta:
        verbose_name = _("draft of the programme")
        verbose_name_plural = _("draft of the programme")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_programme")]


class Rulebook(models.Model):
    """The programme as published. Versions are added, never changed; a sale is rated by the one in force when it occurred.

    One that has not begun can be withdrawn; it stays, and never comes into force.
    """

    version = models.AutoField(_("version"), primary_key=True)
    valid_from = models.DateTimeField(_("in force from"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.TextField(_("published by"))
    body = models.JSONField(_("rules"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.TextField(_("withdrawn by"), default="", blank=True)

    class Meta:
        verbose_name = _("published rulebook")
        verbose_name_plural = _("published rulebooks")
        ordering: ClassVar = ["-version"]


class PointsBalance(models.Model):
    """A member's points and tier: sums of the ledger and of sales, which `forecourt prove` recomputes."""

    customer_id = models.BigIntegerField(primary_key=True)
    points = models.BigIntegerField(_("points"), default=0)
    tier = models.CharField(_("tier"), max_length=16, default="", blank=True)
    tier_value = models.DecimalField(_("counted towards the tier"), max_digits=16, decimal_places=4, default=0)
    tier_kept = models.DecimalField(_("counted towards keeping the tier"), max_digits=16, decimal_places=4, null=True)
    tier_since = models.DateField(_("tier since"), null=True)
    tier_until = models.DateField(_("tier held in grace until"), null=True)
    tier_warned_on = models.DateField(_("warned of losing the tier"), null=True)
    sales = models.IntegerField(_("sales"), default=0)
    last_sale_at = models.DateTimeField(_("last sale"), null=True)

    class Meta:
        db_table = "loyalty_balance"
        verbose_name = _("points balance")
        verbose_name_plural = _("points balances")
        indexes: ClassVar = [
            models.Index(fields=["tier"], name="balance_tier"),
        ]


class Adjustment(models.Model):
    """An adjustment beyond the programme's limit, waiting for a second person to approve or refuse it."""

    customer_id = models.BigIntegerField()
    points = models.IntegerField(_("points"))
    reason = models.TextField(_("reason"))
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.TextField(_("asked by"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.TextField(_("decided by"), default="", blank=True)
    is_approved = models.BooleanField(_("approved"), null=True)
    note = models.TextField(_("note"), default="", blank=True)

    class Meta:
        verbose_name = _("adjustment to approve")
        verbose_name_plural = _("adjustments to approve")
        ordering: ClassVar = ["id"]


class ProgrammeReview(models.Model):
    """A draft programme handed in for review: what it says, by whom, and what was decided. One is open at most.

    `valid_from` is when it shall take effect, null meaning as soon as it is approved; `reason` why it was refused.
    """

    body = models.JSONField(_("rules"))
    note = models.TextField(_("note"), default="", blank=True)
    valid_from = models.DateTimeField(_("in force from"), null=True)
    submitted_at = models.DateTimeField(_("handed in"))
    submitted_by = models.TextField(_("handed in by"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.TextField(_("decided by"), default="", blank=True)
    outcome = models.CharField(_("outcome"), max_length=9, choices=OUTCOME_NAMES, default=Outcome.OPEN)
    reason = models.TextField(_("reason"), default="", blank=True)
    version = models.IntegerField(_("published as"), null=True)

    class Meta:
        verbose_name = _("programme in review")
        verbose_name_plural = _("programmes in review")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(decided_at__isnull=True), name="one_programme_in_review"
            )
        ]


class TierReview(models.Model):
    """A review of everybody's tier: for the trading day `day`, from the sales recorded until `cut_at`, by one rulebook."""

    day = models.DateField(_("for"))
    cut_at = models.DateTimeField(_("sales recorded until"))
    rulebook = models.IntegerField(_("rulebook"))
    changed = models.IntegerField(_("tiers changed"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("tier review")
        verbose_name_plural = _("tier reviews")
        ordering: ClassVar = ["-id"]


class TierStep(models.Model):
    """A review changed where a member's tier stands: from what it saw, `forecourt prove` takes the same step again."""

    pk = models.CompositePrimaryKey("customer_id", "review_id")
    customer_id = models.BigIntegerField()
    review_id = models.BigIntegerField()
    day = models.DateField(_("for"), db_index=True)
    is_business = models.BooleanField(default=False)
    value = models.DecimalField(_("counted towards the tier"), max_digits=16, decimal_places=4)
    kept = models.DecimalField(_("counted towards keeping the tier"), max_digits=16, decimal_places=4, null=True)
    before_tier = models.CharField(max_length=16, blank=True, default="")
    before_since = models.DateField(null=True)
    before_until = models.DateField(null=True)
    before_warned_on = models.DateField(null=True)
    after_tier = models.CharField(max_length=16, blank=True, default="")
    after_since = models.DateField(null=True)
    after_until = models.DateField(null=True)
    after_warned_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("step of a tier")
        verbose_name_plural = _("steps of tiers")


class SharedSpending(models.Model):
    """Who of a household paid for what a member spent; its own part stands in the ledger under the same origin."""

    pk = models.CompositePrimaryKey("customer_id", "origin", "payer_id")
    customer_id = models.BigIntegerField()
    origin = models.TextField(_("for"))
    payer_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("shared spending")
        verbose_name_plural = _("shared spendings")


class ExpiryWarning(models.Model):
    """A member was told of the points that lapse in a month (its first day): once."""

    pk = models.CompositePrimaryKey("customer_id", "month")
    customer_id = models.BigIntegerField()
    month = models.DateField(_("month"))
    warned_at = models.DateTimeField(_("warned"))

    class Meta:
        verbose_name = _("warning of expiry")
        verbose_name_plural = _("warnings of expiry")


class PointsEntryRow(models.Model):
    """The points ledger, to read. Partitioned by month of `business_date`; key (customer_id, business_date, id)."""

    id = models.UUIDField(primary_key=True)
    customer_id = models.BigIntegerField()
    business_date = models.DateField(_("business date"))
    occurred_at = models.DateTimeField(_("occurred"))
    recorded_at = models.DateTimeField(_("recorded"))
    kind = models.CharField(_("kind"), max_length=12, choices=ENTRY_NAMES)
    points = models.IntegerField(_("points"))
    expires_on = models.DateField(_("expires"), null=True)
    available_on = models.DateField(_("to be spent from"), null=True)
    sale_id = models.UUIDField(_("sale"), null=True)
    origin = models.TextField(_("for"), default="")
    reason = models.TextField(_("reason"), default="")
    actor = models.TextField(_("by"), default="")
    earned_at = models.DateTimeField(_("earned"), null=True)

    class Meta:
        managed = False
        db_table = "loyalty_entry"
        verbose_name = _("points entry")
        verbose_name_plural = _("points ledger")


class AllocationRow(models.Model):
    """Which lots a debit took its points from; negative where a refund put them back. Key (customer_id, debit_id, lot_id)."""

    customer_id = models.BigIntegerField(primary_key=True)
    debit_id = models.UUIDField()
    lot_id = models.UUIDField()
    points = models.IntegerField(_("points"))

    class Meta:
        managed = False
        db_table = "loyalty_allocation"
