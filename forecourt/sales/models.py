"""Tables of sales. The hot ones are made by migration, partitioned by month of `business_date`, keyed by customer first."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from forecourt.catalogue.models import KIND_NAMES
from forecourt.kernel.partitions import PARTITIONED
from forecourt.sales.values import Flag, SaleStatus

PARTITIONED["sales_sale"] = 3
PARTITIONED["sales_line"] = 3
PARTITIONED["sales_award"] = 3

FLAG_NAMES = {
    Flag.UNKNOWN_PRODUCT: _("unknown product"),
    Flag.UNKNOWN_CUSTOMER: _("unknown customer"),
    Flag.BLOCKED_CUSTOMER: _("blocked customer"),
    Flag.CLOCK_OFF: _("clock is off"),
    Flag.AMOUNT_MISMATCH: _("quantity and price do not give the amount"),
    Flag.TENDER_MISMATCH: _("payments do not add up to the total"),
    Flag.POINTS_SHORT: _("points to pay with were not there"),
    Flag.POINTS_REFUSED: _("points that may not pay"),
    Flag.POINTS_UNEVEN: _("too few points, or not in the programme's steps"),
}
STATUS_NAMES = [(SaleStatus.POSTED.value, _("posted")), (SaleStatus.FLAGGED.value, _("flagged"))]


class Claim(models.Model):
    """The name of every sale that was ever accepted; what makes posting idempotent. Key (station_id, source, source_ref)."""

    sale_id = models.UUIDField(primary_key=True)
    station_id = models.BigIntegerField()
    source = models.TextField()
    source_ref = models.TextField()
    customer_id = models.BigIntegerField()
    business_date = models.DateField()
    body_hash = models.BinaryField(max_length=16)

    class Meta:
        managed = False
        db_table = "sales_claim"


class Sale(models.Model):
    """A sale or a refund, final. In the database the key is (customer_id, business_date, id).

    An anonymous sale bears `-station_id` as its customer. A refund's figures are negative and it names its sale.
    """

    id = models.UUIDField(primary_key=True)
    customer_id = models.BigIntegerField()
    business_date = models.DateField(_("business date"))
    station_id = models.BigIntegerField()
    source = models.TextField(_("source"))
    source_ref = models.TextField(_("reference"))
    occurred_at = models.DateTimeField(_("occurred"))
    recorded_at = models.DateTimeField(_("recorded"))
    pump = models.SmallIntegerField(_("pump"), null=True)
    staff = models.TextField(_("staff"), default="")
    gross = models.DecimalField(_("gross"), max_digits=14, decimal_places=4)
    discount = models.DecimalField(_("discount"), max_digits=14, decimal_places=4)
    net = models.DecimalField(_("net"), max_digits=14, decimal_places=4)
    fuel_quantity = models.DecimalField(_("fuel"), max_digits=14, decimal_places=3)
    fuel_amount = models.DecimalField(_("fuel amount"), max_digits=14, decimal_places=4)
    status = models.TextField(_("status"), choices=STATUS_NAMES)
    flags = ArrayField(models.TextField(), verbose_name=_("flags"))
    points_earned = models.IntegerField(_("points"))
    points_balance = models.BigIntegerField(_("balance after"), null=True)
    tier = models.TextField(_("tier"))
    rulebook = models.IntegerField(_("rulebook"))
    refund_of = models.UUIDField(_("refund of"), null=True)
    tenders = models.JSONField(_("payments"))
    explanation = models.JSONField(_("explanation"))
    recorded_by = models.TextField(_("recorded by"))
    pricing = models.TextField(default="")
    points_spent = models.IntegerField(_("points spent"), default=0)

    class Meta:
        managed = False
        db_table = "sales_sale"
        verbose_name = _("sale")
        verbose_name_plural = _("sales")


class Line(models.Model):
    """A line of a sale. In the database the key is (customer_id, business_date, sale_id, number)."""

    sale_id = models.UUIDField(primary_key=True)
    number = models.SmallIntegerField()
    customer_id = models.BigIntegerField()
    business_date = models.DateField()
    station_id = models.BigIntegerField()
    product_id = models.BigIntegerField(null=True)
    code = models.TextField(_("product"))
    kind = models.TextField(_("kind"), choices=KIND_NAMES)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4, null=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=4)
    discount = models.DecimalField(_("discount"), max_digits=14, decimal_places=4)

    class Meta:
        managed = False
        db_table = "sales_line"


class Award(models.Model):
    """What an offer gave on a line of a sale, and who pays for it; negative where a refund took it back.

    In the database the key is (customer_id, business_date, sale_id, line, offer_id, funder). Line 0 is the whole sale.
    `uses`, `points` and `gifts` stand on one row of each offer and sale. A tier's own discount has the offer id 0.
    """

    sale_id = models.UUIDField(primary_key=True)
    line = models.SmallIntegerField()
    customer_id = models.BigIntegerField()
    business_date = models.DateField()
    station_id = models.BigIntegerField()
    offer_id = models.BigIntegerField()
    offer = models.TextField(_("offer"))
    version = models.IntegerField(_("version"))
    funder = models.TextField(_("paid by"))
    discount = models.DecimalField(_("discount"), max_digits=14, decimal_places=4)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3)
    points = models.IntegerField(_("points"))
    uses = models.SmallIntegerField(_("uses"))
    coupon_id = models.UUIDField(null=True)
    gifts = models.DecimalField(_("cost of gifts"), max_digits=14, decimal_places=4)

    class Meta:
        managed = False
        db_table = "sales_award"


class Reservation(models.Model):
    """What a till was promised before it sells: coupons, budget and points set aside until `expires_at`.

    `promise` holds the offers as they were quoted. It ends when the sale is posted with it, when it is released, or by time.
    """

    id = models.UUIDField(primary_key=True)
    station_id = models.BigIntegerField()
    source = models.TextField()
    source_ref = models.TextField()
    customer_id = models.BigIntegerField()
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("good until"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(max_length=8, default="", blank=True)  # posted, released, expired
    sale_id = models.UUIDField(null=True)
    promise = models.JSONField()
    body_hash = models.BinaryField(max_length=16)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["station_id", "source", "source_ref"], name="reservation_name")
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="reservation_open", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["customer_id"], name="reservation_held", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["sale_id"], name="reservation_sale", condition=models.Q(sale_id__isnull=False)),
        ]


class Simulation(models.Model):
    """A run of past sales under other rules: what was asked, how far it is, what it found. Nothing else is written.

    `rules` are the drafts it is of, as they read when it was asked for; null for those asked for before they were kept.
    """

    asked = models.JSONField()
    rules = models.JSONField(null=True)
    state = models.CharField(_("state"), max_length=8, default="waiting")  # waiting, running, done, failed, stopped
    done = models.IntegerField(_("sales rated"), default=0)
    total = models.IntegerField(_("sales in all"), default=0)
    result = models.JSONField(null=True)
    error = models.TextField(default="", blank=True)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.TextField(_("asked for by"))
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        ordering: ClassVar = ["-id"]


class Repair(models.Model):
    """A flagged sale waiting to be mended. `claim_sealed` is by what the till said its customer was to be recognised.

    `repaired_at` is when it was rated anew, the last time; `booked_customer_id` whose it was before it became another's.
    """

    sale_id = models.UUIDField(primary_key=True)
    customer_id = models.BigIntegerField()
    business_date = models.DateField(_("business date"))
    station_id = models.BigIntegerField(_("station"))
    flags = ArrayField(models.TextField(), verbose_name=_("flags"))
    claim_sealed = models.BinaryField(null=True)
    opened_at = models.DateTimeField(_("since"))
    repaired_at = models.DateTimeField(null=True)
    booked_customer_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(_("settled"), null=True)
    closed_by = models.TextField(_("settled by"), default="", blank=True)
    note = models.TextField(_("note"), default="", blank=True)

    class Meta:
        db_table = "sales_repair"
        verbose_name = _("sale to repair")
        verbose_name_plural = _("sales to repair")
        indexes: ClassVar = [
            models.Index(
                fields=["station_id", "opened_at"], name="repair_open", condition=models.Q(closed_at__isnull=True)
            ),
        ]


class Rollup(models.Model):
    """Sales of one station, trading day, hour and product, for dashboards; kept by a reader of the event log.

    `product_id` 0 holds the sales themselves: count, members' count and net; the others quantity and amount.
    """

    id = models.BigAutoField(primary_key=True)
    business_date = models.DateField()
    station_id = models.BigIntegerField()
    hour = models.SmallIntegerField()
    product_id = models.BigIntegerField()
    kind = models.TextField(default="")
    sales = models.IntegerField(default=0)
    member_sales = models.IntegerField(default=0)
    quantity = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    amount = models.DecimalField(max_digits=16, decimal_places=4, default=0)

    class Meta:
        db_table = "sales_rollup"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["business_date", "station_id", "hour", "product_id"], name="one_rollup_an_hour"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["product_id", "business_date"], name="rollup_product")]
