"""Tables of offers: each offer with its draft, its versions, its reviews and its budgets; margin floors."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from forecourt.offers.values import OfferState

STATE_NAMES = [
    (OfferState.DRAFT.value, _("Draft")),
    (OfferState.REVIEW.value, _("In review")),
    (OfferState.LIVE.value, _("Live")),
    (OfferState.PAUSED.value, _("Paused")),
    (OfferState.ENDED.value, _("Ended")),
]


class Offer(models.Model):
    """An offer as the marketer edits it: `draft` is the rule in its language. What is in force are its versions."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(_("state"), max_length=8, choices=STATE_NAMES, default=OfferState.DRAFT)
    draft = models.JSONField(_("rule"))
    created_at = models.DateTimeField(_("made"))
    created_by = models.TextField(_("made by"))
    edited_at = models.DateTimeField(_("edited"))
    edited_by = models.TextField(_("edited by"))

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [models.Index(fields=["state", "code"], name="offer_state")]

    def __str__(self) -> str:
        return self.name


class OfferVersion(models.Model):
    """What an offer says from `valid_from` on; a null body says that it is not in force. Rows are added, never changed."""

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="versions")
    number = models.IntegerField(_("version"))
    valid_from = models.DateTimeField(_("in force from"))
    body = models.JSONField(_("rule"), null=True)
    published_at = models.DateTimeField(_("published"))
    published_by = models.TextField(_("published by"))
    note = models.TextField(_("note"), default="", blank=True)

    class Meta:
        verbose_name = _("version of an offer")
        verbose_name_plural = _("versions of offers")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["offer", "number"], name="offer_version_number")]


class OfferReview(models.Model):
    """An offer's draft handed in for review, and what was decided. One is open at most for each offer."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="reviews")
    body = models.JSONField(_("rule"))
    valid_from = models.DateTimeField(_("to be in force from"), null=True)
    note = models.TextField(_("note"), default="", blank=True)
    submitted_at = models.DateTimeField(_("handed in"))
    submitted_by = models.TextField(_("handed in by"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.TextField(_("decided by"), default="", blank=True)
    is_approved = models.BooleanField(_("approved"), null=True)
    answer = models.TextField(_("answer"), default="", blank=True)

    class Meta:
        verbose_name = _("offer in review")
        verbose_name_plural = _("offers in review")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["offer"], condition=models.Q(decided_at__isnull=True), name="one_review_of_an_offer"
            )
        ]


class PolicyVersion(models.Model):
    """How all offers combine from `valid_from` on. Rows are added, never changed, but for one thing: what does not hold yet can
    be withdrawn; it stays, and never holds.
    """

    valid_from = models.DateTimeField(_("in force from"))
    body = models.JSONField(_("rule"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.TextField(_("published by"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.TextField(_("withdrawn by"), default="", blank=True)

    class Meta:
        verbose_name = _("how offers combine")
        verbose_name_plural = _("how offers combine")
        ordering: ClassVar = ["-id"]


class RulesDraft(models.Model):
    """What is to become of the rules of all offers, as it is edited: "policy", how they combine; "floors", margin floors.

    A row a subject, made when it is first drafted; null: nothing is drafted. Whoever drafts or decides locks it.
    """

    subject = models.CharField(_("of what"), max_length=8, primary_key=True)
    body = models.JSONField(_("rule"), null=True)
    edited_at = models.DateTimeField(_("edited"), null=True)
    edited_by = models.TextField(_("edited by"), default="", blank=True)

    class Meta:
        verbose_name = _("draft of rules of all offers")
        verbose_name_plural = _("drafts of rules of all offers")


class Slot(models.Model):
    """A part of a budget: `quota` of its limit, of which `used` is gone. Several slots let several writers spend at once.

    `budget` is the budget's key: offer, its place in the offer, and the day or station it is for.
    """

    budget = models.CharField(max_length=120)
    slot = models.SmallIntegerField()
    offer_id = models.BigIntegerField()
    measure = models.CharField(max_length=8, default="")
    quota = models.DecimalField(max_digits=18, decimal_places=4)
    used = models.DecimalField(max_digits=18, decimal_places=4, default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["budget", "slot"], name="budget_slot"),
            models.CheckConstraint(condition=models.Q(used__lte=models.F("quota")), name="budget_never_overspent"),
            models.CheckConstraint(condition=models.Q(used__gte=0), name="budget_never_below_zero"),
        ]
        indexes: ClassVar = [models.Index(fields=["offer_id"], name="slot_of_offer")]


class Floor(models.Model):
    """The least margin an offer must leave on a product: in currency per unit, over what it costs. Null station: everywhere.

    A null margin ends a floor. Rows are added, never changed, but for one thing: what does not hold yet can be withdrawn, with
    all that was set with it; it stays, and never holds. `set_at` is null for those set before it was noted.
    """

    product_id = models.BigIntegerField(_("product"))
    station_id = models.BigIntegerField(_("station"), null=True, blank=True)
    margin = models.DecimalField(_("least margin per unit"), max_digits=12, decimal_places=4, null=True)
    valid_from = models.DateTimeField(_("in force from"))
    set_at = models.DateTimeField(_("set"), null=True)
    set_by = models.TextField(_("set by"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.TextField(_("withdrawn by"), default="", blank=True)

    class Meta:
        verbose_name = _("margin floor")
        verbose_name_plural = _("margin floors")
        indexes: ClassVar = [models.Index(fields=["product_id", "station_id", "-valid_from"], name="floor_in_force")]
