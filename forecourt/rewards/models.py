"""Tables of rewards: the catalogue, its stock with every movement, and the redemptions."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forecourt.rewards.values import Movement, OnExpiry, RedemptionState, RewardKind, RewardState

KIND_NAMES = [
    (RewardKind.GOODS.value, pgettext_lazy("reward", "Goods")),
    (RewardKind.SERVICE.value, _("Service")),
    (RewardKind.FUEL_DISCOUNT.value, _("Fuel discount")),
    (RewardKind.COUPON.value, _("Coupon")),
]
STATE_NAMES = [
    (RewardState.DRAFT.value, _("Draft")),
    (RewardState.LIVE.value, _("Live")),
    (RewardState.ENDED.value, pgettext_lazy("reward", "Ended")),
]
REDEMPTION_NAMES = [
    (RedemptionState.OPEN.value, _("To collect")),
    (RedemptionState.COLLECTED.value, _("Collected")),
    (RedemptionState.CANCELLED.value, _("Cancelled")),
    (RedemptionState.EXPIRED.value, pgettext_lazy("redemption", "Expired")),
]
MOVEMENT_NAMES = [
    (Movement.ADDED.value, pgettext_lazy("stock", "Added")),
    (Movement.COUNTED.value, _("Counted")),
    (Movement.REDEEMED.value, pgettext_lazy("stock", "Redeemed")),
    (Movement.RETURNED.value, pgettext_lazy("stock", "Given back")),
]


class RewardRow(models.Model):
    """A reward as it is: `body` holds `values.Reward`, columns beside it what lists are made by.

    `draft` is what a reward that was live is to become, null where it says the same; one that never was has its `body` edited.
    """

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=16, choices=KIND_NAMES)
    state = models.CharField(_("state"), max_length=8, choices=STATE_NAMES, default=RewardState.DRAFT)
    position = models.IntegerField(_("place in the catalogue"), default=100)
    body = models.JSONField()
    draft = models.JSONField(_("draft"), null=True)
    created_at = models.DateTimeField(_("made"))
    created_by = models.TextField(_("made by"))
    edited_at = models.DateTimeField(_("edited"))
    edited_by = models.TextField(_("edited by"))

    class Meta:
        db_table = "rewards_reward"
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        indexes: ClassVar = [models.Index(fields=["position", "code"], name="reward_in_catalogue")]

    def __str__(self) -> str:
        return self.name


class Stock(models.Model):
    """How many pieces are left: at a station, or in common where `station_id` is 0. A sum of the movements."""

    reward = models.ForeignKey(RewardRow, models.PROTECT, related_name="stocks")
    station_id = models.BigIntegerField(_("station"), default=0)
    pieces = models.IntegerField(_("left"), default=0)

    class Meta:
        verbose_name = _("stock of a reward")
        verbose_name_plural = _("stocks of rewards")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reward", "station_id"], name="one_stock_a_place"),
            models.CheckConstraint(condition=models.Q(pieces__gte=0), name="stock_never_below_nothing"),
        ]


class MovementRow(models.Model):
    """A movement of a stock. Rows are added, never changed."""

    id = models.UUIDField(primary_key=True)
    reward_id = models.BigIntegerField()
    station_id = models.BigIntegerField(_("station"))
    kind = models.CharField(_("what"), max_length=8, choices=MOVEMENT_NAMES)
    change = models.IntegerField(_("change"))
    pieces = models.IntegerField(_("left after it"))
    at = models.DateTimeField(_("time"))
    by = models.TextField(_("by"))
    reason = models.TextField(_("reason"), default="", blank=True)
    redemption_id = models.UUIDField(null=True)

    class Meta:
        db_table = "rewards_movement"
        verbose_name = _("movement of stock")
        verbose_name_plural = _("movements of stock")
        indexes: ClassVar = [
            models.Index(fields=["reward_id", "-id"], name="movement_of_reward"),
            models.Index(
                fields=["redemption_id"],
                name="movement_of_redemption",
                condition=models.Q(redemption_id__isnull=False),
            ),
        ]


class RedemptionRow(models.Model):
    """A redemption. `customer_id` is who holds it today, `redeemed_for` for whom it was made, whatever merged since.

    Code and price are as of the redemption. Which ledgers paid the ledger tells, by the origin "redemption:<id>".
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(_("code"), max_length=16, unique=True)
    reward = models.ForeignKey(RewardRow, models.PROTECT, db_constraint=False, related_name="redemptions")
    customer_id = models.BigIntegerField(_("customer"))
    redeemed_for = models.BigIntegerField()
    points = models.IntegerField(_("points"))
    money = models.DecimalField(_("money"), max_digits=14, decimal_places=4, default=0)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=4, default=0)
    shares = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=12, choices=REDEMPTION_NAMES, default=RedemptionState.OPEN)
    redeemed_at = models.DateTimeField(_("redeemed"))
    redeemed_on = models.DateField(_("day"))
    redeemed_by = models.TextField(_("redeemed by"))
    station_id = models.BigIntegerField(_("station"), null=True)
    identified_by = models.CharField(_("recognised by"), max_length=8)
    vouched_by = models.TextField(_("vouched for by"), default="", blank=True)
    expires_on = models.DateField(_("good until"), null=True)
    on_expiry = models.CharField(max_length=8, default=OnExpiry.RETURN)
    stock_station_id = models.BigIntegerField(null=True)
    coupon_id = models.UUIDField(null=True)
    closed_at = models.DateTimeField(_("collected or ended"), null=True)
    closed_on = models.DateField(_("day it was collected or ended"), null=True)
    closed_by = models.TextField(_("by"), default="", blank=True)
    collected_station_id = models.BigIntegerField(_("collected at"), null=True)
    reason = models.TextField(_("reason"), default="", blank=True)
    is_returned = models.BooleanField(_("points given back"), default=False)

    class Meta:
        db_table = "rewards_redemption"
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        indexes: ClassVar = [
            models.Index(fields=["customer_id", "-id"], name="redemption_of_customer"),
            models.Index(fields=["reward", "-id"], name="redemption_of_reward"),
            models.Index(fields=["redeemed_on", "reward"], name="redemption_by_day"),
            models.Index(fields=["closed_on"], name="redemption_by_end", condition=models.Q(closed_on__isnull=False)),
            models.Index(
                fields=["expires_on"], name="redemption_open", condition=models.Q(state=RedemptionState.OPEN.value)
            ),
        ]
