"""Tables of occasions: rules, gifts and benefits as given, referrals, member events and who signed up."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from forecourt.loyalty.values import Every
from forecourt.occasions.values import EventState, ReferralState, RulesKind, SignUpState

RULES_NAMES = [
    (RulesKind.BIRTHDAY.value, _("Birthday")),
    (RulesKind.ANNIVERSARY.value, _("Anniversary of joining")),
    (RulesKind.REFERRAL.value, _("Referral")),
]
REFERRAL_NAMES = [
    (ReferralState.PENDING.value, _("waiting for a purchase")),
    (ReferralState.QUALIFIED.value, _("bought")),
    (ReferralState.REWARDED.value, _("rewarded")),
    (ReferralState.REFUSED.value, _("turned down")),
    (ReferralState.REVERSED.value, _("taken back")),
]
EVENT_NAMES = [
    (EventState.DRAFT.value, _("draft")),
    (EventState.OPEN.value, _("announced")),
    (EventState.OVER.value, _("over")),
    (EventState.CANCELLED.value, _("cancelled")),
]
SIGN_UP_NAMES = [
    (SignUpState.GOING.value, _("going")),
    (SignUpState.WAITING.value, _("waiting")),
    (SignUpState.CANCELLED.value, _("cancelled")),
    (SignUpState.ATTENDED.value, _("was there")),
    (SignUpState.ABSENT.value, _("did not come")),
]


class OccasionRules(models.Model):
    """Rules of one kind as they are edited; see `values`. What was approved of them is in `RulesVersionRow`."""

    kind = models.CharField(_("kind"), max_length=12, choices=RULES_NAMES, primary_key=True)
    draft = models.JSONField()
    edited_at = models.DateTimeField(_("edited"))
    edited_by = models.TextField(_("edited by"))

    class Meta:
        verbose_name = _("rules of an occasion")
        verbose_name_plural = _("rules of occasions")


class RulesVersionRow(models.Model):
    """Rules as approved, or null where giving was stopped. Rows never change; see `values.RulesVersion` for when they hold."""

    kind = models.CharField(_("kind"), max_length=12, choices=RULES_NAMES)
    version = models.IntegerField(_("version"))
    valid_from = models.DateTimeField(_("in force from"))
    body = models.JSONField(null=True)
    note = models.TextField(_("note"), default="", blank=True)
    submitted_by = models.TextField(_("handed in by"), default="", blank=True)
    published_at = models.DateTimeField(_("published"))
    published_by = models.TextField(_("published by"))

    class Meta:
        db_table = "occasions_rulesversion"
        verbose_name = _("version of the rules of an occasion")
        verbose_name_plural = _("versions of the rules of occasions")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "version"], name="one_version_of_rules")]


class DailyRun(models.Model):
    """For which day of the company's clock something daily was done last, and by which version of its rules."""

    name = models.CharField(_("what"), max_length=24, primary_key=True)
    day = models.DateField(_("day"))
    version = models.IntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("daily run")
        verbose_name_plural = _("daily runs")


class GiftRow(models.Model):
    """A gift as given: once a year for a customer. `day` is the birthday or anniversary it was for.

    `version` is that of the rules it was given by; 0 for one from before versions were kept.
    """

    customer_id = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=RULES_NAMES)
    year = models.SmallIntegerField(_("year"))
    day = models.DateField(_("gift for"))
    given_at = models.DateTimeField(_("given at"))
    points = models.IntegerField(_("points"))
    template = models.CharField(_("coupon"), max_length=40, default="", blank=True)
    version = models.IntegerField(_("version"), default=0)

    class Meta:
        db_table = "occasions_gift"
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_id", "kind", "year"], name="one_gift_a_year"),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "-given_at"], name="gift_given")]


class Benefit(models.Model):
    """A coupon that a tier brought, once in its period: "2026-11", "2026", or the day the tier was reached."""

    customer_id = models.BigIntegerField()
    tier = models.CharField(_("tier"), max_length=16)
    template = models.CharField(_("coupon"), max_length=40)
    every = models.CharField(
        _("how often"),
        max_length=8,
        choices=[
            (Every.ENTRY.value, _("when the tier is reached")),
            (Every.MONTH.value, _("each month")),
            (Every.YEAR.value, _("each year")),
        ],
    )
    period = models.CharField(_("period"), max_length=10)
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("benefit of a tier")
        verbose_name_plural = _("benefits of tiers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer_id", "tier", "template", "every", "period"], name="one_benefit_a_period"
            ),
        ]


class ReferralCode(models.Model):
    """What a member hands to friends. One merged into another keeps its code, which leads to the survivor."""

    customer_id = models.BigIntegerField(primary_key=True)
    code = models.CharField(_("code"), max_length=12, unique=True)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("referral code")
        verbose_name_plural = _("referral codes")


class Referral(models.Model):
    """A member brought by another. `terms` are the rules as they held when it was made; see `values.ReferralState`.

    `flags` are why a person must look at it, `accepted` those that a person let pass. The two `..._paid_id` are whose
    ledgers the rewards went to, for a customer may have been merged by then.
    """

    referrer_id = models.BigIntegerField()
    referred_id = models.BigIntegerField()
    code = models.CharField(_("code"), max_length=12)
    state = models.CharField(_("state"), max_length=12, choices=REFERRAL_NAMES, default=ReferralState.PENDING)
    flags = ArrayField(models.TextField(), default=list)
    accepted = ArrayField(models.TextField(), default=list)
    terms = models.JSONField()
    made_at = models.DateTimeField(_("made"))
    made_by = models.TextField(_("by"))
    joined_at = models.DateTimeField(_("joined"))
    qualified_at = models.DateTimeField(_("bought"), null=True)
    sale_id = models.UUIDField(_("sale"), null=True)
    due_at = models.DateTimeField(_("reward due"), null=True)
    rewarded_at = models.DateTimeField(_("rewarded"), null=True)
    referrer_paid_id = models.BigIntegerField(null=True)
    referred_paid_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    reason = models.TextField(_("reason"), default="", blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.TextField(_("decided by"), default="", blank=True)

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referred_id"], name="one_referral_a_customer"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["referrer_id", "rewarded_at"], name="referral_by_referrer"),
            models.Index(fields=["due_at"], name="referral_due", condition=models.Q(state="qualified")),
            models.Index(fields=["joined_at"], name="referral_pending", condition=models.Q(state="pending")),
            models.Index(fields=["-made_at"], name="referral_made"),
        ]


class MemberEvent(models.Model):
    """An event for members; see `values.NewMemberEvent`. Its row is locked by whoever takes or frees a place."""

    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("text"), blank=True, default="")
    station_id = models.BigIntegerField(_("station"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True, default="")
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    opens_at = models.DateTimeField(_("sign-up from"), null=True, blank=True)
    closes_at = models.DateTimeField(_("sign-up until"))
    places = models.IntegerField(_("places"), default=0)
    has_waiting_list = models.BooleanField(_("waiting list"), default=True)
    tiers = ArrayField(models.CharField(max_length=40), verbose_name=_("tiers"), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    points = models.IntegerField(_("points for attending"), default=0)
    template = models.CharField(_("coupon for attending"), max_length=40, default="", blank=True)
    cost = models.IntegerField(_("points to sign up"), default=0)
    state = models.CharField(_("state"), max_length=12, choices=EVENT_NAMES, default=EventState.DRAFT)
    made_at = models.DateTimeField(_("made"))
    made_by = models.TextField(_("by"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    reason = models.TextField(_("reason"), default="", blank=True)

    class Meta:
        db_table = "occasions_event"
        verbose_name = _("member event")
        verbose_name_plural = _("member events")
        ordering: ClassVar = ["-starts_at"]
        indexes: ClassVar = [models.Index(fields=["state", "starts_at"], name="member_event_time")]

    def __str__(self) -> str:
        return self.title


class SignUp(models.Model):
    """A member's sign-up. `cost` is what it took in points from `payer_id`; attending gave `points` and a coupon to `paid_id`.

    Those two are whose ledgers moved, for a customer may have been merged by then.
    """

    event = models.ForeignKey(MemberEvent, models.PROTECT, related_name="sign_ups")
    customer_id = models.BigIntegerField(_("customer"))
    state = models.CharField(_("state"), max_length=12, choices=SIGN_UP_NAMES)
    code = models.CharField(_("code"), max_length=12, unique=True)
    signed_at = models.DateTimeField(_("signed up"))
    signed_by = models.TextField(_("by"))
    moved_up_at = models.DateTimeField(_("moved up"), null=True)
    attended_at = models.DateTimeField(_("was there"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    reason = models.CharField(_("reason"), max_length=12, default="", blank=True)
    cost = models.IntegerField(_("cost in points"), default=0)
    points = models.IntegerField(_("points"), default=0)
    template = models.CharField(_("coupon"), max_length=40, default="", blank=True)
    payer_id = models.BigIntegerField(null=True)
    paid_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "occasions_signup"
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "customer_id"], condition=~models.Q(state="cancelled"), name="one_sign_up_an_event"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["event", "state", "id"], name="sign_up_of_event"),
            models.Index(fields=["customer_id", "-id"], name="sign_up_of_customer"),
        ]
