"""Tables of coupons: templates, batches, the coupons themselves and their uses."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from forecourt.coupons.values import CouponKind, CouponStatus, SheetsState, Step

COUPON_NAMES = [
    (CouponStatus.ACTIVE.value, _("Active")),
    (CouponStatus.RESERVED.value, _("Reserved")),
    (CouponStatus.USED.value, _("Used")),
    (CouponStatus.VOID.value, _("Void")),
]
KIND_NAMES = [
    (CouponKind.SINGLE.value, _("a code for each")),
    (CouponKind.GENERIC.value, _("one code for everybody")),
]

STEP_NAMES = [
    (Step.MOVED.value, _("Changed hands")),
    (Step.VOIDED.value, _("Voided")),
    (Step.REVIVED.value, _("Made good again")),
    (Step.RESTORED.value, _("A use given back")),
]

SHEETS_NAMES = [
    (SheetsState.WAITING.value, _("waits")),
    (SheetsState.RUNNING.value, _("being made")),
    (SheetsState.DONE.value, _("ready")),
    (SheetsState.FAILED.value, _("failed")),
]


class CouponTemplate(models.Model):
    """What a coupon is; see `values.Template`, which `body` holds as it reads now.

    `is_draft`: it was never approved, and its `body` is edited. `draft` is what one that was is to become, null where it says
    the same.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=KIND_NAMES)
    is_live = models.BooleanField(_("can be issued"), default=True)
    is_automatic = models.BooleanField(_("used without being presented"), default=False)
    is_draft = models.BooleanField(_("never approved"), default=False)
    body = models.JSONField()
    draft = models.JSONField(_("draft"), null=True)
    issued = models.BigIntegerField(_("issued"), default=0)
    created_at = models.DateTimeField(_("made"))
    created_by = models.TextField(_("made by"))

    class Meta:
        verbose_name = _("coupon template")
        verbose_name_plural = _("coupon templates")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class CouponTemplateVersion(models.Model):
    """What a template says from a moment on; never changed."""

    template = models.ForeignKey(CouponTemplate, models.PROTECT, related_name="versions")
    number = models.IntegerField(_("version"))
    body = models.JSONField()
    valid_from = models.DateTimeField(_("in force from"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.TextField(_("published by"))

    class Meta:
        verbose_name = _("version of a coupon template")
        verbose_name_plural = _("versions of coupon templates")
        ordering: ClassVar = ["template", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "number"], name="coupon_template_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class CouponBatch(models.Model):
    """A batch of bearer coupons, made by a job: so many of `count` are `made`."""

    template = models.ForeignKey(CouponTemplate, models.PROTECT, related_name="batches")
    name = models.CharField(_("name"), max_length=80)
    count = models.IntegerField(_("coupons"))
    made = models.IntegerField(_("made so far"), default=0)
    created_at = models.DateTimeField(_("asked for"))
    created_by = models.TextField(_("asked for by"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    voided_at = models.DateTimeField(_("voided"), null=True)

    class Meta:
        verbose_name = _("batch of coupons")
        verbose_name_plural = _("batches of coupons")
        ordering: ClassVar = ["-id"]


class CouponSheets(models.Model):
    """A file of sheets to print of a batch, made by a job: so many of `size` coupons are `done`. One a batch, the latest asked.

    `ticket` names the file, below FORECOURT_HOME, and the job that makes it: one that was asked for anew ends the one before.
    """

    batch = models.OneToOneField(CouponBatch, models.CASCADE, primary_key=True, related_name="sheets")
    ticket = models.UUIDField()
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(_("state"), max_length=8, choices=SHEETS_NAMES, default=SheetsState.WAITING)
    size = models.IntegerField(_("coupons"))
    done = models.IntegerField(_("done"), default=0)
    bytes = models.BigIntegerField(_("bytes"), default=0)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.TextField(_("asked for by"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    error = models.TextField(_("error"), default="", blank=True)

    class Meta:
        verbose_name = _("sheets of a batch")
        verbose_name_plural = _("sheets of batches")


class CouponRow(models.Model):
    """A coupon. A local table keyed by itself, for coupons change hands; `customer_id` null is a bearer's.

    A generic code is one row. `uses` is how often it can be used in all, 0 for any number; then it is never written.
    `issued_to` stays when a coupon changes hands: with `origin` and template it names what was issued once, `number` which of
    several that one sale gives. `voided_at` of a used one makes it void when its use is given back.
    `reserved_by` is the reservation that holds a coupon for one use; `CouponHold` has what each reservation holds.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(_("code"), max_length=32)
    template = models.ForeignKey(CouponTemplate, models.PROTECT, db_constraint=False)
    batch_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    issued_to = models.BigIntegerField(null=True)
    status = models.CharField(_("status"), max_length=8, choices=COUPON_NAMES, default=CouponStatus.ACTIVE)
    issued_at = models.DateTimeField(_("issued"))
    active_from = models.DateField(_("good from"))
    expires_on = models.DateField(_("good until"), null=True)
    origin = models.TextField(_("given for"), default="", blank=True)
    number = models.SmallIntegerField(default=1)
    uses = models.IntegerField(_("uses"), default=1)
    uses_left = models.IntegerField(_("uses left"), default=1)
    seen_at = models.DateTimeField(_("seen"), null=True)
    reserved_by = models.UUIDField(null=True)
    used_at = models.DateTimeField(_("used"), null=True)
    used_by = models.BigIntegerField(_("used by"), null=True)
    sale_id = models.UUIDField(_("sale"), null=True)
    voided_at = models.DateTimeField(_("voided"), null=True)
    void_reason = models.TextField(_("voided because"), default="", blank=True)

    class Meta:
        db_table = "coupons_coupon"
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="coupon_code"),
            models.UniqueConstraint(
                fields=["origin", "template", "issued_to", "number"],
                name="coupon_issued_once",
                condition=~models.Q(origin=""),
            ),
            models.CheckConstraint(
                condition=models.Q(uses_left__gte=0) & models.Q(uses_left__lte=models.F("uses")),
                name="coupon_uses_left",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["customer_id", "status"],
                name="coupon_of_customer",
                condition=models.Q(customer_id__isnull=False),
            ),
            models.Index(fields=["template", "status", "expires_on"], name="coupon_of_template"),
            models.Index(fields=["batch_id", "id"], name="coupon_of_batch", condition=models.Q(batch_id__isnull=False)),
            models.Index(fields=["template"], name="coupon_loose", condition=models.Q(batch_id__isnull=True)),
            models.Index(
                fields=["batch_id"],
                name="coupon_of_batch_touched",
                condition=models.Q(batch_id__isnull=False)
                & (
                    models.Q(customer_id__isnull=False)
                    | models.Q(seen_at__isnull=False)
                    | models.Q(uses_left__lt=models.F("uses"))
                    | models.Q(status="void")
                ),
            ),
            models.Index(
                fields=["reserved_by"], name="coupon_reserved_by", condition=models.Q(reserved_by__isnull=False)
            ),
            models.Index(fields=["template"], name="coupon_seen", condition=models.Q(seen_at__isnull=False)),
            models.Index(
                fields=["expires_on", "id"],
                name="coupon_expiry",
                condition=models.Q(customer_id__isnull=False, expires_on__isnull=False),
            ),
        ]


class CouponHold(models.Model):
    """A use of a coupon that a reservation at a till holds, and for whom: it counts against the limit of each customer.

    Of a coupon for several uses `uses_left` is one less meanwhile; one for a single use is reserved as a whole.
    """

    coupon_id = models.UUIDField()
    reservation_id = models.UUIDField()
    template_id = models.BigIntegerField(default=0)
    customer_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("held coupon")
        verbose_name_plural = _("held coupons")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reservation_id", "coupon_id"], name="coupon_held_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["coupon_id"], name="hold_of_coupon"),
            models.Index(fields=["customer_id", "template_id"], name="hold_by_customer"),
        ]


class CouponStep(models.Model):
    """What somebody did with a coupon beside using it: moved (from giver to taker), voided, revived, restored."""

    coupon_id = models.UUIDField()
    step = models.CharField(_("step"), max_length=8, choices=STEP_NAMES)
    giver_id = models.BigIntegerField(null=True)
    taker_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(_("time"))
    actor = models.TextField(_("who"))
    reason = models.TextField(_("reason"), default="")

    class Meta:
        verbose_name = _("step of a coupon")
        verbose_name_plural = _("steps of coupons")
        indexes: ClassVar = [
            models.Index(fields=["coupon_id", "id"], name="step_of_coupon"),
            models.Index(fields=["taker_id", "reason"], name="move_to_taker", condition=models.Q(step="moved")),
        ]


class ExpiryNotice(models.Model):
    """How far the notices of coupons that end a week after `day` have come: up to the coupon `after`."""

    day = models.DateField(primary_key=True)
    after = models.UUIDField(null=True)
    told = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice of coupons that end")
        verbose_name_plural = _("notices of coupons that end")


class CouponUse(models.Model):
    """A use of a coupon: by whom, in which sale; taken back when the sale is refunded. What tracking and proofs count."""

    coupon_id = models.UUIDField()
    template_id = models.BigIntegerField()
    customer_id = models.BigIntegerField(_("customer"))
    sale_id = models.UUIDField(_("sale"), null=True)
    station_id = models.BigIntegerField(_("station"), null=True)
    used_at = models.DateTimeField(_("used"))
    restored_at = models.DateTimeField(_("given back"), null=True)

    class Meta:
        verbose_name = _("use of a coupon")
        verbose_name_plural = _("uses of coupons")
        indexes: ClassVar = [
            models.Index(fields=["coupon_id"], name="use_of_coupon"),
            models.Index(fields=["sale_id"], name="use_in_sale"),
            models.Index(fields=["customer_id", "template_id"], name="use_by_customer"),
            models.Index(fields=["template_id", "used_at"], name="use_of_template"),
        ]
