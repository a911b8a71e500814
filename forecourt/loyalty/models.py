"""Tables of loyalty: the programme as edited, the rulebook as published, the ledger and its balances."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from forecourt.catalogue.models import FAMILY_NAMES, KIND_NAMES
from forecourt.kernel.partitions import PARTITIONED
from forecourt.loyalty.values import EntryKind, NegativeBalance, Per, TierBasis

PARTITIONED["loyalty_entry"] = 3

ENTRY_NAMES = [
    (EntryKind.EARN.value, _("Earned")),
    (EntryKind.REFUND.value, _("Refund")),
    (EntryKind.RERATE.value, _("Rated anew")),
    (EntryKind.ADJUST.value, _("Adjusted")),
    (EntryKind.EXPIRE.value, _("Expired")),
    (EntryKind.TRANSFER.value, _("Transferred")),
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
    points_life_months = models.PositiveSmallIntegerField(_("points live so many months (0: for ever)"), default=24)
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

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering: ClassVar = ["threshold"]

    def __str__(self) -> str:
        return self.name


class EarnRateDraft(models.Model):
    programme = models.ForeignKey(ProgrammeDraft, models.CASCADE, related_name="rates", default=1)
    code = models.SlugField(_("code"), max_length=32, unique=True)
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

    class Meta:
        db_table = "loyalty_balance"
        verbose_name = _("points balance")
        verbose_name_plural = _("points balances")
        indexes: ClassVar = [
            models.Index(fields=["tier"], name="balance_tier"),
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
    sale_id = models.UUIDField(_("sale"), null=True)
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
