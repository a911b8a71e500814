"""Tables of loyalty: the programme as edited, the rulebook as published, the ledger and its balances."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from forecourt.catalogue.models import FAMILY_NAMES, KIND_NAMES
from forecourt.kernel.partitions import PARTITIONED
from forecourt.loyalty.values import EntryKind, Expiry, NegativeBalance, Per, TierBasis

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


class ProgrammeDraft(models.Model):
    """The programme as the marketer edits it; nothing takes effect until it is published. One row, id 1."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=80)
    tier_basis = models.CharField(
        _("tiers count"),
        max_length=8,
        choices=[
            (TierBasis.SPEND.value, _("spend")),
            (TierBasis.VOLUME.value, _("volume of fuel")),
            (TierBasis.VISITS.value, _("visits")),
        ],
        default=TierBasis.SPEND,
    )
    tier_window_days = models.PositiveSmallIntegerField(_("over so many days"), default=365)
    grace_days = models.PositiveSmallIntegerField(_("days of grace before a tier is lost"), default=0)
    warn_days = models.PositiveSmallIntegerField(_("days of warning before a tier is lost"), default=30)
    business_tier = models.CharField(_("businesses start in tier"), max_length=16, blank=True, default="")
    expiry = models.CharField(
        _("points expire"),
        max_length=8,
        choices=[
            (Expiry.FIXED.value, _("so many months after they were earned")),
            (Expiry.ACTIVITY.value, _("after so many months without a sale")),
            (Expiry.CALENDAR.value, _("at the end of the year, so many months on")),
        ],
        default=Expiry.FIXED,
    )
    points_life_months = models.PositiveSmallIntegerField(_("points live so many months (0: for ever)"), default=24)
    pending_days = models.PositiveSmallIntegerField(_("points can be spent after so many days"), default=0)
    point_value = models.DecimalField(_("a point pays"), max_digits=9, decimal_places=4, default="0.01")
    spend_minimum = models.PositiveIntegerField(_("points at least in one payment"), default=0)
    spend_step = models.PositiveIntegerField(_("points in steps of"), default=1)
    adjust_limit = models.PositiveIntegerField(
        _("adjustments beyond so many points want approval (0: none)"), default=0
    )
    household_shares = models.BooleanField(_("households share their points"), default=False)
    negative_balance = models.CharField(
        _("when more points are taken back than there are"),
        max_length=8,
        choices=[
            (NegativeBalance.OWE.value, _("the balance goes below zero")),
            (NegativeBalance.FORGIVE.value, _("the balance stops at zero")),
        ],
        default=NegativeBalance.OWE,
    )

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programme")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_programme")]

    def __str__(self) -> str:
        return self.name


class TierDraft(models.Model):
    programme = models.ForeignKey(ProgrammeDraft, models.CASCADE, related_name="tiers", default=1)
    code = models.SlugField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=40)
    threshold = models.DecimalField(_("from"), max_digits=12, decimal_places=2)
    multiplier_percent = models.PositiveSmallIntegerField(_("points, in percent"), default=100)
    keep = models.DecimalField(_("kept from"), max_digits=12, decimal_places=2, null=True, blank=True)
    fuel_discount = models.DecimalField(_("off a unit of fuel"), max_digits=9, decimal_places=4, default=0)
    shop_percent = models.DecimalField(_("percent off the shop"), max_digits=5, decimal_places=2, default=0)
    coupons = models.JSONField(_("coupons"), default=list, blank=True)
    is_priority = models.BooleanField(_("served first"), default=False)
    perks = models.TextField(_("other benefits, for members to read"), blank=True, default="")

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering: ClassVar = ["threshold"]

    def __str__(self) -> str:
        return self.name


class EarnRateDraft(models.Model):
    programme = models.ForeignKey(ProgrammeDraft, models.CASCADE, related_name="rates", default=1)
    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True, default="")
    points = models.DecimalField(_("points"), max_digits=9, decimal_places=4)
    per = models.CharField(
        _("per"),
        max_length=8,
        choices=[(Per.UNIT.value, _("unit (litre, kWh, piece)")), (Per.CURRENCY.value, _("unit of currency"))],
    )
    product = models.CharField(_("product"), max_length=32, blank=True, default="")
    category = models.CharField(_("category"), max_length=80, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=8, choices=KIND_NAMES, blank=True, default="")
    family = models.CharField(_("family of fuel"), max_length=8, choices=FAMILY_NAMES, blank=True, default="")
    stations = ArrayField(models.CharField(max_length=32), verbose_name=_("stations"), default=list, blank=True)
    tender = models.CharField(_("paid by"), max_length=24, blank=True, default="")

    class Meta:
        verbose_name = _("earn rate")
        verbose_name_plural = _("earn rates")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code


class Rulebook(models.Model):
    """The programme as published. Versions are added, never changed; a sale is rated by the one in force when it occurred."""

    version = models.AutoField(_("version"), primary_key=True)
    valid_from = models.DateTimeField(_("in force from"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.TextField(_("published by"))
    body = models.JSONField(_("rules"))

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
    tier_since = models.DateField(_("tier since"), null=True)
    tier_until = models.DateField(_("tier held in grace until"), null=True)
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
    """A draft programme handed in for review: what it says, by whom, and what was decided. One is open at most."""

    body = models.JSONField(_("rules"))
    note = models.TextField(_("note"), default="", blank=True)
    submitted_at = models.DateTimeField(_("handed in"))
    submitted_by = models.TextField(_("handed in by"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.TextField(_("decided by"), default="", blank=True)
    is_approved = models.BooleanField(_("approved"), null=True)
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
