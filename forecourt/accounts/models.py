"""Tables of accounts: the policy, what each lot of points is worth, the journal, and claims on those who fund offers.

Lots, movements, recognitions and the journal are written by the daily close only, and only by adding to them.
"""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from forecourt.accounts.values import ClaimState, Kind, PolicyState

POLICY_NAMES = [
    (PolicyState.DRAFT.value, _("Draft")),
    (PolicyState.REVIEW.value, _("In review")),
    (PolicyState.APPROVED.value, _("Approved")),
    (PolicyState.REFUSED.value, _("Refused")),
]
CLAIM_NAMES = [
    (ClaimState.DRAFT.value, _("Draft")),
    (ClaimState.SENT.value, _("Sent")),
    (ClaimState.SETTLED.value, _("Settled")),
    (ClaimState.DISPUTED.value, _("Disputed")),
]
KIND_NAMES = [
    (Kind.EARNED.value, _("Earned on sales")),
    (Kind.GIVEN.value, _("Given free")),
    (Kind.TAKEN_BACK.value, _("Taken back on refunds")),
    (Kind.ADJUSTED.value, _("Adjusted by hand")),
    (Kind.TRANSFERRED.value, _("Moved between members")),
    (Kind.SPENT.value, _("Points redeemed")),
    (Kind.EXPIRED.value, _("Expired unused")),
    (Kind.BREAKAGE.value, _("Breakage")),
    (Kind.ESTIMATE.value, _("Change of estimate")),
]


class PolicyVersion(models.Model):
    """A version of the accounting policy. An approved one is never changed; `body` holds a `values.Policy`."""

    valid_from = models.DateField(_("in force from"))
    state = models.CharField(_("state"), max_length=8, choices=POLICY_NAMES, default=PolicyState.DRAFT)
    body = models.JSONField(_("policy"))
    reason = models.TextField(_("reason"))
    drafted_at = models.DateTimeField(_("drafted"))
    drafted_by = models.TextField(_("drafted by"))
    submitted_at = models.DateTimeField(_("handed in"), null=True)
    submitted_by = models.TextField(_("handed in by"), default="", blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.TextField(_("decided by"), default="", blank=True)
    note = models.TextField(_("note"), default="", blank=True)

    class Meta:
        db_table = "accounts_policy"
        verbose_name = _("accounting policy")
        verbose_name_plural = _("accounting policies")
        ordering: ClassVar = ["-id"]


class Lot(models.Model):
    """A lot of points of the ledger with what is allocated to it. In the database the key is (customer_id, lot_id).

    `points` and `amount` are what still counts; `first_points` and `first_amount` what did when it was booked.
    """

    lot_id = models.UUIDField(primary_key=True)
    customer_id = models.BigIntegerField()
    sale_id = models.UUIDField(null=True)
    cohort = models.DateField()
    station_id = models.BigIntegerField()
    entity_id = models.BigIntegerField()
    is_gift = models.BooleanField()
    earned_at = models.DateTimeField()
    expires_on = models.DateField(null=True)
    points = models.IntegerField()
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    first_points = models.IntegerField()
    first_amount = models.DecimalField(max_digits=14, decimal_places=4)
    day = models.DateField()

    class Meta:
        managed = False
        db_table = "accounts_lot"


class Close(models.Model):
    """A day that is closed: all that was recorded until `cut_at` and not before is booked on it, for good."""

    day = models.DateField(_("day"), primary_key=True)
    cut_at = models.DateTimeField(_("entries recorded until"))
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.TextField(_("closed by"))
    policy = models.BigIntegerField(_("policy"))
    entries = models.IntegerField(_("entries of the ledger"))
    debit = models.DecimalField(_("debit"), max_digits=18, decimal_places=4)
    credit = models.DecimalField(_("credit"), max_digits=18, decimal_places=4)
    liability = models.DecimalField(_("liability"), max_digits=18, decimal_places=4)
    open_points = models.BigIntegerField(_("points outstanding"))

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        ordering: ClassVar = ["-day"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(debit=models.F("credit")), name="close_debits_equal_credits"),
        ]


class Period(models.Model):
    """A month whose books are closed: nothing is booked on its days any more."""

    month = models.DateField(_("month"), primary_key=True)
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.TextField(_("closed by"))

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering: ClassVar = ["-month"]


class Movement(models.Model):
    """Points and money that moved in a month, by unit, station and cause. Recognised money stands at station 0."""

    month = models.DateField()
    cohort = models.DateField()
    entity_id = models.BigIntegerField()
    station_id = models.BigIntegerField()
    is_gift = models.BooleanField()
    kind = models.CharField(max_length=12, choices=KIND_NAMES)
    points = models.BigIntegerField(default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=4, default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["month", "cohort", "entity_id", "station_id", "is_gift", "kind"], name="one_movement_a_cause"
            )
        ]


class Recognition(models.Model):
    """Where a unit stands after a day that changed it, cumulatively: how the day's revenue was computed."""

    day = models.DateField()
    cohort = models.DateField()
    entity_id = models.BigIntegerField()
    is_gift = models.BooleanField()
    points = models.BigIntegerField()
    allocated = models.DecimalField(max_digits=18, decimal_places=4)
    redeemed = models.BigIntegerField()
    expired = models.BigIntegerField()
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    spent_amount = models.DecimalField(max_digits=18, decimal_places=4)
    breakage_amount = models.DecimalField(max_digits=18, decimal_places=4)
    expired_amount = models.DecimalField(max_digits=18, decimal_places=4)
    estimate_amount = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["cohort", "entity_id", "is_gift", "-day"], name="recognition_latest"),
        ]


class JournalLine(models.Model):
    """A line of the journal. Lines are added and never changed; the database refuses anything else."""

    day = models.DateField(_("day"))
    entity_id = models.BigIntegerField()
    cohort = models.DateField(_("cohort"))
    is_gift = models.BooleanField()
    kind = models.CharField(_("cause"), max_length=12, choices=KIND_NAMES)
    role = models.CharField(max_length=24)
    account = models.CharField(_("account"), max_length=20)
    account_name = models.CharField(max_length=60)
    debit = models.DecimalField(_("debit"), max_digits=18, decimal_places=4)
    credit = models.DecimalField(_("credit"), max_digits=18, decimal_places=4)

    class Meta:
        db_table = "accounts_journal"
        verbose_name = _("line of the journal")
        verbose_name_plural = _("journal")
        ordering: ClassVar = ["day", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(debit__gt=0, credit=0) | models.Q(debit=0, credit__gt=0), name="journal_one_side"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["day", "id"], name="journal_by_day")]


class FundingClaim(models.Model):
    """A claim on a funder for a period. One draft a funder; once sent, its rows and totals are frozen."""

    funder = models.CharField(_("funder"), max_length=60)
    entity_id = models.BigIntegerField(_("legal entity"), null=True)
    since = models.DateField(_("first day"))
    until = models.DateField(_("last day"))
    state = models.CharField(_("state"), max_length=8, choices=CLAIM_NAMES, default=ClaimState.DRAFT)
    rows = models.IntegerField(default=0)
    uses = models.IntegerField(default=0)
    quantity = models.DecimalField(max_digits=18, decimal_places=3, default=0)
    discount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    points = models.BigIntegerField(default=0)
    points_value = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    gifts = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    costs = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    corrections = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    drafted_at = models.DateTimeField(_("drafted"))
    drafted_by = models.TextField()
    sent_at = models.DateTimeField(_("sent"), null=True)
    sent_by = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(_("settled at"), null=True)
    decided_by = models.TextField(default="", blank=True)
    settled_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    note = models.TextField(default="", blank=True)

    class Meta:
        db_table = "accounts_claim"
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(until__gte=models.F("since")), name="claim_has_days"),
            models.CheckConstraint(
                condition=models.Q(state="draft", sent_at__isnull=True)
                | (~models.Q(state="draft") & models.Q(sent_at__isnull=False)),
                name="claim_sent_once",
            ),
            models.UniqueConstraint(fields=["funder"], condition=models.Q(state="draft"), name="one_draft_a_funder"),
        ]

    @property
    def total(self) -> Decimal:
        """What is due."""
        return self.discount + self.points_value + self.gifts + self.costs


class FundingRow(models.Model):
    """An award as a claim holds it: the difference to what earlier claims held of the same award."""

    claim = models.ForeignKey(FundingClaim, models.CASCADE, related_name="+")
    customer_id = models.BigIntegerField()
    business_date = models.DateField()
    sale_id = models.UUIDField()
    line = models.SmallIntegerField()
    offer_id = models.BigIntegerField()
    offer = models.TextField()
    version = models.IntegerField()
    station_id = models.BigIntegerField()
    discount = models.DecimalField(max_digits=14, decimal_places=4)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    points = models.IntegerField()
    points_value = models.DecimalField(max_digits=14, decimal_places=4)
    gifts = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    uses = models.SmallIntegerField()
    is_correction = models.BooleanField()

    class Meta:
        db_table = "accounts_claim_row"
        indexes: ClassVar = [
            models.Index(fields=["claim", "id"], name="claim_row_page"),
            models.Index(fields=["sale_id"], name="claim_row_sale"),
        ]


class FundingCost(models.Model):
    """What a claim holds beside awards: the difference to what earlier claims held of an origin, such as a day of a reward."""

    claim = models.ForeignKey(FundingClaim, models.CASCADE, related_name="+")
    origin = models.TextField()
    day = models.DateField()
    station_id = models.BigIntegerField(default=0)
    text = models.TextField()
    uses = models.IntegerField(default=1)
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    is_correction = models.BooleanField(default=False)

    class Meta:
        db_table = "accounts_claim_cost"
        constraints: ClassVar = [models.UniqueConstraint(fields=["claim", "origin"], name="claim_cost_once")]
