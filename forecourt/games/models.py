"""Tables of games: the games, their prizes and seeds, chances, plays, tickets, draws, wins, reserves and claims."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forecourt.games.values import ClaimState, GameKind, GameState, LostWhy, PrizeKind

KIND_NAMES = [
    (GameKind.WHEEL.value, _("Wheel")),
    (GameKind.DRAW.value, _("Lucky draw")),
    (GameKind.QUIZ.value, _("Quiz")),
]
STATE_NAMES = [
    (GameState.DRAFT.value, _("Draft")),
    (GameState.LIVE.value, pgettext_lazy("game", "Live")),
    (GameState.ENDED.value, pgettext_lazy("game", "Ended")),
]
PRIZE_NAMES = [
    (PrizeKind.POINTS.value, _("Points")),
    (PrizeKind.COUPON.value, _("Coupon")),
    (PrizeKind.GOODS.value, pgettext_lazy("game", "Goods")),
]
CLAIM_NAMES = [
    (ClaimState.OPEN.value, _("To collect")),
    (ClaimState.COLLECTED.value, _("Collected")),
    (ClaimState.EXPIRED.value, pgettext_lazy("game", "Expired")),
]
LOST_NAMES = [
    (LostWhy.LATE.value, pgettext_lazy("prize", "Not confirmed in time")),
    (LostWhy.DECLINED.value, pgettext_lazy("prize", "Declined")),
    (LostWhy.INELIGIBLE.value, pgettext_lazy("prize", "Not eligible")),
]


class Game(models.Model):
    """A game; `body` holds its `values.GameRules`, which never change once it is live."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=KIND_NAMES)
    state = models.CharField(_("state"), max_length=8, choices=STATE_NAMES, default=GameState.DRAFT)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    body = models.JSONField(_("rules"))
    edited_at = models.DateTimeField(_("edited"))
    edited_by = models.TextField(_("edited by"))
    published_at = models.DateTimeField(_("published"), null=True)
    published_by = models.TextField(_("published by"), default="", blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("game")
        verbose_name_plural = _("games")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["state", "ends_at"], name="game_state")]

    def __str__(self) -> str:
        return self.name


class PrizeRow(models.Model):
    """A prize of a published game. With a stock, `used` counts what was given, and plays which win it lock the row."""

    game = models.ForeignKey(Game, models.CASCADE, related_name="prizes")
    position = models.SmallIntegerField()
    code = models.CharField(_("code"), max_length=40)
    stock = models.IntegerField(_("stock"), null=True)
    used = models.IntegerField(pgettext_lazy("prize", "given"), default=0)

    class Meta:
        db_table = "games_prize"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["game", "code"], name="prize_of_game"),
            models.CheckConstraint(
                condition=models.Q(stock__isnull=True) | models.Q(used__lte=models.F("stock")), name="prize_in_stock"
            ),
        ]


class Seed(models.Model):
    """The secret of one day of a wheel, or of a draw (no day): sealed; its SHA-256 is published from the beginning."""

    game = models.ForeignKey(Game, models.CASCADE, related_name="seeds")
    day = models.DateField(_("day"), null=True)
    sealed = models.BinaryField()
    commitment = models.CharField(max_length=64)
    committed_at = models.DateTimeField(_("committed"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["game", "day"], name="one_seed_a_day", nulls_distinct=False)
        ]


class Chance(models.Model):
    """Chances given to a customer for one thing, `origin`: "sale:<id>", "first", "hand:<id>". Refunds take unused ones back."""

    game = models.ForeignKey(Game, models.CASCADE, db_constraint=False)
    customer_id = models.BigIntegerField()
    origin = models.TextField()
    count = models.IntegerField(pgettext_lazy("prize", "given"))
    used = models.IntegerField(_("chances used"), default=0)
    given_at = models.DateTimeField(_("given at"))
    given_by = models.TextField(pgettext_lazy("prize", "given by"))
    reason = models.TextField(_("reason"), default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_id", "game", "origin"], name="chance_once"),
            models.CheckConstraint(
                condition=models.Q(used__gte=0) & models.Q(used__lte=models.F("count")), name="chance_not_overused"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["game", "origin"], name="chance_origin")]


class Play(models.Model):
    """A spin, or a try at a quiz. `player` names the customer in audits; `number` counts the player's plays of the day.

    A spin `landed` on a segment and got `segment`: another one where the prize was out of stock; `coupon_ran_out` where it was
    a coupon that could not be issued. A quiz has its `sheet` until it is answered, and may be answered until `closes_at`.
    """

    id = models.UUIDField(primary_key=True)
    game = models.ForeignKey(Game, models.CASCADE, db_constraint=False)
    customer_id = models.BigIntegerField()
    player = models.CharField(max_length=16)
    day = models.DateField(_("day"))
    number = models.IntegerField()
    played_at = models.DateTimeField(_("played"))
    reference = models.TextField(default="", blank=True)
    chance_id = models.BigIntegerField(null=True)
    points_spent = models.IntegerField(_("points"), default=0)
    landed = models.SmallIntegerField(null=True)
    segment = models.SmallIntegerField(null=True)
    coupon_ran_out = models.BooleanField(default=False)
    sheet = models.JSONField(null=True)
    closes_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answers = models.JSONField(null=True)
    right = models.SmallIntegerField(null=True)
    is_late = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["game", "day", "player", "number"], name="play_numbered"),
            models.UniqueConstraint(
                fields=["customer_id", "game", "reference"], name="play_reference", condition=~models.Q(reference="")
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer_id", "game"], name="play_of_customer"),
            models.Index(fields=["game", "-played_at"], name="play_of_game"),
            models.Index(fields=["chance_id"], name="play_chance", condition=models.Q(chance_id__isnull=False)),
        ]


class TicketRow(models.Model):
    """A ticket of a lucky draw; its id is its number. One that a refund took back is void. `day` is that of the sale which gave
    it, however late that came, else the day it was given: what a member may have a day counts by it.
    """

    game = models.ForeignKey(Game, models.CASCADE, db_constraint=False, db_index=False)
    customer_id = models.BigIntegerField()
    origin = models.TextField()
    part = models.SmallIntegerField(default=1)
    weight = models.IntegerField(_("weight"), default=1)
    points_spent = models.IntegerField(_("points"), default=0)
    given_at = models.DateTimeField(_("given"))
    day = models.DateField(_("day"))
    voided_at = models.DateTimeField(_("void since"), null=True)

    class Meta:
        db_table = "games_ticket"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_id", "game", "origin", "part"], name="ticket_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["game", "id"], name="ticket_of_game"),
            models.Index(fields=["origin"], name="ticket_origin"),
        ]


class Drawing(models.Model):
    """A lucky draw's list as it was frozen (compressed by zlib), and how it was drawn. Done when all prizes are given."""

    game = models.OneToOneField(Game, models.CASCADE, primary_key=True, related_name="drawing")
    tickets = models.IntegerField(_("tickets"))
    holders = models.IntegerField(_("holders"))
    weight = models.BigIntegerField(_("weight"))
    list_hash = models.CharField(max_length=64)
    list_body = models.BinaryField()
    frozen_at = models.DateTimeField(_("frozen"))
    frozen_by = models.TextField(_("frozen by"))
    entropy = models.TextField(default="", blank=True)
    drawn_at = models.DateTimeField(_("drawn"), null=True)
    drawn_by = models.TextField(_("drawn by"), default="", blank=True)
    done_at = models.DateTimeField(_("all prizes given"), null=True)


class Win(models.Model):
    """A prize that was won. `unit` is the how-manieth of a prize with a stock: the last one cannot be given twice.

    Given with the origin "game:<id>". Of a play, or in a draw of a ticket: its prize's `place`, by the draw's `counter`.
    One with `confirm_by` is given when its winner confirms, through that day, or lost: then its unit is that of the win
    `in_place_of` it, of the reserve with the place `reserve`, if one was left. One that is not given because its coupon
    cannot be issued `waits_since` then, and has not to be confirmed any more; nothing when it is given.
    """

    id = models.UUIDField(primary_key=True)
    game = models.ForeignKey(Game, models.CASCADE, db_constraint=False)
    prize = models.ForeignKey(PrizeRow, models.PROTECT, db_constraint=False, db_index=False)
    unit = models.IntegerField(null=True)
    customer_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=PRIZE_NAMES)
    play_id = models.UUIDField(null=True)
    ticket_id = models.BigIntegerField(null=True)
    place = models.IntegerField(null=True)
    counter = models.BigIntegerField(null=True)
    points = models.IntegerField(default=0)
    coupon_id = models.UUIDField(null=True)
    funder = models.CharField(pgettext_lazy("prize", "paid by"), max_length=60)
    cost = models.DecimalField(pgettext_lazy("prize", "cost"), max_digits=14, decimal_places=4)
    won_at = models.DateTimeField(_("won"))
    granted_at = models.DateTimeField(_("given"), null=True)
    waits_since = models.DateTimeField(null=True)
    confirm_by = models.DateField(_("to confirm until"), null=True)
    in_place_of = models.UUIDField(null=True)
    reserve = models.IntegerField(_("reserve"), null=True)
    lost_at = models.DateTimeField(pgettext_lazy("prize", "lost"), null=True)
    lost_why = models.CharField(max_length=12, choices=LOST_NAMES, default="", blank=True)
    lost_by = models.TextField(default="", blank=True)
    lost_reason = models.TextField(_("reason"), default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["prize", "unit"], name="win_unit_held", condition=models.Q(lost_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["in_place_of"], name="win_passed_once", condition=models.Q(in_place_of__isnull=False)
            ),
            models.CheckConstraint(
                condition=models.Q(lost_at__isnull=True) | models.Q(granted_at__isnull=True), name="win_given_or_lost"
            ),
            models.UniqueConstraint(fields=["play_id"], name="win_of_play", condition=models.Q(play_id__isnull=False)),
            models.UniqueConstraint(
                fields=["ticket_id"], name="win_of_ticket", condition=models.Q(ticket_id__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer_id", "game"], name="win_of_customer"),
            models.Index(fields=["game", "-won_at"], name="win_of_game"),
            models.Index(fields=["game", "id"], name="win_to_give", condition=models.Q(granted_at__isnull=True)),
            models.Index(
                fields=["confirm_by"],
                name="win_to_confirm",
                condition=models.Q(granted_at__isnull=True, lost_at__isnull=True, confirm_by__isnull=False),
            ),
        ]


class ReserveRow(models.Model):
    """A reserve of a draw, as it was drawn. `win_id`: the win it stepped in with, once."""

    game = models.ForeignKey(Game, models.CASCADE, db_constraint=False)
    prize = models.ForeignKey(PrizeRow, models.PROTECT, db_constraint=False, db_index=False)
    place = models.IntegerField()
    customer_id = models.BigIntegerField()
    ticket_id = models.BigIntegerField(unique=True)
    counter = models.BigIntegerField()
    win_id = models.UUIDField(null=True, unique=True)

    class Meta:
        db_table = "games_reserve"
        constraints: ClassVar = [models.UniqueConstraint(fields=["prize", "place"], name="reserve_of_prize")]


class Claim(models.Model):
    """Goods that were won: handed over at a station against the code, until `expires_on`."""

    win_id = models.UUIDField(primary_key=True)
    game = models.ForeignKey(Game, models.CASCADE, db_constraint=False)
    customer_id = models.BigIntegerField()
    code = models.CharField(_("code"), max_length=16, unique=True)
    state = models.CharField(_("state"), max_length=12, choices=CLAIM_NAMES, default=ClaimState.OPEN)
    expires_on = models.DateField(_("to collect until"))
    collected_at = models.DateTimeField(_("collected"), null=True)
    collected_by = models.TextField(_("handed over by"), default="", blank=True)
    station_id = models.BigIntegerField(_("station"), null=True)

    class Meta:
        verbose_name = _("prize to collect")
        verbose_name_plural = _("prizes to collect")
        indexes: ClassVar = [
            models.Index(fields=["customer_id"], name="claim_of_customer"),
            models.Index(fields=["state", "expires_on"], name="claim_state"),
        ]


class GameSetting(models.Model):
    """What is checked of all games; one row, id 1. `prize_cap`: the most that a prize may be worth; 0: no check."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    prize_cap = models.DecimalField(_("most that a prize may be worth"), max_digits=12, decimal_places=2, default=50000)
    is_cap_checked = models.BooleanField(_("checked by a lawyer"), default=False)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_game_setting")]
