"""Tables of customers. Phones, cards, plates, addresses and open ids stand here sealed, and nowhere else at all."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forecourt.customers.values import CustomerKind, IdentityKind, PlateKind, Usage

KIND_NAMES = [(CustomerKind.PERSON.value, _("Person")), (CustomerKind.BUSINESS.value, _("Business"))]
IDENTITY_NAMES = [
    (IdentityKind.PHONE.value, _("Telephone")),
    (IdentityKind.CARD.value, _("Card")),
    (IdentityKind.EMAIL.value, _("E-mail")),
    (IdentityKind.WECHAT.value, _("WeChat")),
    (IdentityKind.APP.value, _("App")),
]
PLATE_NAMES = [
    (PlateKind.ORDINARY.value, _("ordinary plate")),
    (PlateKind.NEW_ENERGY.value, _("new-energy plate")),
    (PlateKind.OTHER.value, _("other plate")),
]
USAGE_NAMES = [
    (Usage.PRIVATE.value, _("private")),
    (Usage.BUSINESS.value, _("business")),
    (Usage.HEAVY.value, _("heavy goods")),
]


class NameGrams(models.Func):
    """The pieces of a name that it is found by: pairs of characters, and Chinese characters one by one.

    Trigrams do not serve: most Chinese names have two or three characters, and people search for one or two.
    """

    function = "customers_name_grams"
    output_field = ArrayField(models.TextField())


class Household(models.Model):
    """People who live, or a business's people who drive, together; the programme may let them share points."""

    name = models.CharField(_("name"), max_length=80, blank=True, default="")
    made_at = models.DateTimeField(_("made"))
    made_by = models.TextField(_("made by"))

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")

    def __str__(self) -> str:
        return self.name


class HouseholdLimit(models.Model):
    """How many members a household may have. One row, id 1; without it the usual number holds."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    size = models.PositiveSmallIntegerField(_("members of a household at most"))

    class Meta:
        verbose_name = _("size of households")
        verbose_name_plural = _("size of households")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_household_limit")]


class Customer(models.Model):
    """A person or a business. One merged into another keeps its row and its rows elsewhere: it becomes an alias."""

    kind = models.CharField(_("kind"), max_length=8, choices=KIND_NAMES, default=CustomerKind.PERSON)
    name = models.CharField(pgettext_lazy("customer", "name"), max_length=120)
    language = models.CharField(_("language"), max_length=8, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    joined_at = models.DateTimeField(_("joined"))
    joined_station_id = models.BigIntegerField(_("joined at"), null=True, blank=True)
    merged_into_id = models.BigIntegerField(null=True, blank=True, editable=False)
    is_blocked = models.BooleanField(_("blocked"), default=False)
    birthday = models.SmallIntegerField(_("birthday"), null=True, blank=True)  # month * 100 + day; no year is kept
    household_id = models.BigIntegerField(_("household"), null=True, blank=True)
    custom = models.JSONField(_("custom fields"), default=dict, blank=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes: ClassVar = [
            models.Index(OpClass(Upper("name"), name="text_pattern_ops"), name="customer_name_prefix"),
            GinIndex(NameGrams("name"), name="customer_name_grams"),
            GinIndex(fields=["tags"], name="customer_tags"),
            models.Index(fields=["-joined_at"], name="customer_joined"),
            models.Index(fields=["birthday"], name="customer_birthday", condition=models.Q(birthday__isnull=False)),
            models.Index(
                fields=["household_id"], name="customer_household", condition=models.Q(household_id__isnull=False)
            ),
            models.Index(
                fields=["merged_into_id"], name="customer_aliases", condition=models.Q(merged_into_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """What a customer is recognised by: sealed, with a blind index of the whole and, for numbers, of the last four."""

    customer_id = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=8, choices=IDENTITY_NAMES)
    sealed = models.BinaryField()
    index = models.BinaryField(max_length=16)
    last_four_index = models.BinaryField(max_length=16, null=True)
    added_at = models.DateTimeField(_("added"))
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints: ClassVar = [models.UniqueConstraint(fields=["index"], name="one_customer_an_identity")]
        indexes: ClassVar = [
            models.Index(fields=["customer_id"], name="identity_customer"),
            models.Index(fields=["last_four_index"], name="identity_last_four"),
        ]


class Vehicle(models.Model):
    """A vehicle of a customer; its plate is sealed like an identity. `tank` is in the company's unit of volume."""

    customer_id = models.BigIntegerField()
    plate_sealed = models.BinaryField()
    plate_index = models.BinaryField(max_length=16)
    last_four_index = models.BinaryField(max_length=16)
    plate_kind = models.CharField(_("plate"), max_length=12, choices=PLATE_NAMES)
    usage = models.CharField(_("usage"), max_length=8, choices=USAGE_NAMES, default=Usage.PRIVATE)
    grade = models.CharField(_("grade"), max_length=32, blank=True, default="")
    tank = models.DecimalField(_("tank"), max_digits=8, decimal_places=1, null=True, blank=True)
    model = models.CharField(_("make and model"), max_length=80, blank=True, default="")
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints: ClassVar = [models.UniqueConstraint(fields=["plate_index"], name="one_vehicle_a_plate")]
        indexes: ClassVar = [
            models.Index(fields=["customer_id"], name="vehicle_customer"),
            models.Index(fields=["last_four_index"], name="vehicle_last_four"),
        ]


class Profile(models.Model):
    """Habits of a customer, kept fresh from the event log in sets. Fuel in the company's unit; year = last 365 days."""

    customer_id = models.BigIntegerField(primary_key=True)
    first_sale_at = models.DateTimeField(_("first sale"), null=True)
    last_sale_at = models.DateTimeField(_("last sale"), null=True)
    sales_count = models.IntegerField(pgettext_lazy("profile", "sales"), default=0)
    sales_year = models.IntegerField(_("sales in a year"), default=0)
    fuel_total = models.DecimalField(pgettext_lazy("profile", "fuel"), max_digits=14, decimal_places=3, default=0)
    fuel_year = models.DecimalField(_("fuel in a year"), max_digits=14, decimal_places=3, default=0)
    spend_total = models.DecimalField(pgettext_lazy("profile", "spend"), max_digits=16, decimal_places=4, default=0)
    spend_year = models.DecimalField(_("spend in a year"), max_digits=16, decimal_places=4, default=0)
    shop_year = models.DecimalField(_("shop in a year"), max_digits=16, decimal_places=4, default=0)
    interval_days = models.DecimalField(_("days between visits"), max_digits=8, decimal_places=2, null=True)
    home_station_id = models.BigIntegerField(pgettext_lazy("profile", "home station"), null=True)
    main_grade = models.CharField(_("usual grade"), max_length=32, default="", blank=True)
    refreshed_at = models.DateTimeField(_("refreshed"))

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        indexes: ClassVar = [
            models.Index(fields=["-last_sale_at"], name="profile_last_sale"),
            models.Index(fields=["-spend_year"], name="profile_spend"),
            models.Index(fields=["home_station_id"], name="profile_home"),
        ]


class Note(models.Model):
    customer_id = models.BigIntegerField()
    text = models.TextField(_("note"))
    author = models.TextField(_("by"))
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes: ClassVar = [models.Index(fields=["customer_id", "-written_at"], name="note_customer")]


class FormerMark(models.Model):
    """By what a customer was recognised once: its last four, or the whole where it has no such, sealed, with its blind index.

    Kept for a year, so that who gives a number up and enrols again with it is not taken for a friend that was brought. It
    is sealed so that it can be indexed anew under a new key; nothing opens it for anybody. Those that were given up before
    marks were sealed have nothing sealed and `kind` "": they are found under the key of their time alone.
    """

    customer_id = models.BigIntegerField()
    kind = models.CharField(max_length=16, default="", blank=True)
    sealed = models.BinaryField(null=True)
    mark = models.BinaryField(max_length=16)
    given_up_at = models.DateTimeField(_("given up"))

    class Meta:
        verbose_name = _("former mark")
        verbose_name_plural = _("former marks")
        indexes: ClassVar = [
            models.Index(fields=["customer_id"], name="former_mark_customer"),
            models.Index(fields=["given_up_at"], name="former_mark_age"),
        ]


class Merge(models.Model):
    """One customer taken into another; `moved` holds the ids that became aliases, so that it can be undone.

    `household_id` is the household that the survivor came into by it, null when it had one or there was none.
    """

    survivor_id = models.BigIntegerField()
    merged_id = models.BigIntegerField()
    moved = ArrayField(models.BigIntegerField(), default=list)
    household_id = models.BigIntegerField(null=True)
    reason = models.TextField(_("reason"), blank=True, default="")
    merged_at = models.DateTimeField(_("merged"))
    merged_by = models.TextField(_("by"))
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.TextField(_("undone by"), blank=True, default="")

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        indexes: ClassVar = [models.Index(fields=["survivor_id"], name="merge_survivor")]
