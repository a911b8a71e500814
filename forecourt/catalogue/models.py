"""Tables of the catalogue."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from forecourt.catalogue.values import Family, Kind, Unit

KIND_NAMES = [(Kind.FUEL.value, _("Fuel")), (Kind.GOODS.value, _("Goods")), (Kind.SERVICE.value, _("Service"))]
UNIT_NAMES = [
    (Unit.VOLUME.value, _("volume (litre or gallon)")),
    (Unit.KWH.value, _("kWh")),
    (Unit.KG.value, _("kg")),
    (Unit.PIECE.value, _("piece")),
]
FAMILY_NAMES = [
    (Family.PETROL.value, _("Petrol")),
    (Family.DIESEL.value, _("Diesel")),
    (Family.LPG.value, _("LPG")),
    (Family.CNG.value, _("CNG")),
    (Family.ELECTRIC.value, _("Charging")),
]


class Category(models.Model):
    """A category of products; categories form a tree, and the code is the path: "SHOP/SNACKS" stands under "SHOP"."""

    code = models.CharField(_("path"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("parent category"))

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(parent=None) ^ models.Q(code__contains="/"), name="parent_as_in_path"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Something sold: a grade, goods, a service."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=8, choices=KIND_NAMES)
    unit = models.CharField(_("unit"), max_length=8, choices=UNIT_NAMES)
    family = models.CharField(_("family of fuel"), max_length=8, choices=FAMILY_NAMES, blank=True, default="")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("category"))
    brand = models.CharField(_("brand"), max_length=80, blank=True, default="")
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [models.Index(fields=["kind", "code"], name="product_kind")]

    def __str__(self) -> str:
        return self.name


class ProductCode(models.Model):
    """Every code a product answers to, its own among them: barcodes, a till's own numbers."""

    code = models.CharField(_("code"), max_length=32, primary_key=True)
    product = models.ForeignKey(Product, models.CASCADE, related_name="codes", verbose_name=_("product"))

    class Meta:
        verbose_name = _("product code")
        verbose_name_plural = _("product codes")

    def __str__(self) -> str:
        return self.code


class Cost(models.Model):
    """What a unit costs the retailer from a moment on: at one station, or everywhere (null). Rows are added, never changed."""

    product = models.ForeignKey(Product, models.CASCADE, verbose_name=_("product"))
    station_id = models.BigIntegerField(null=True)
    cost = models.DecimalField(_("cost per unit"), max_digits=12, decimal_places=4)
    effective_from = models.DateTimeField(_("from"))
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.TextField(_("recorded by"))

    class Meta:
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        ordering: ClassVar = ["-effective_from", "-id"]
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(cost__gte=0), name="cost_not_negative")]
        indexes: ClassVar = [models.Index(fields=["product", "station_id", "-effective_from"], name="cost_in_force")]

    def __str__(self) -> str:
        return f"{self.cost}"


class Price(models.Model):
    """A price from a moment on. Rows are added, never changed: they are the history, and what was announced.

    `station_id` is null for a price everywhere. In force is, of those that have begun, the station's own latest,
    else the latest everywhere.
    """

    product = models.ForeignKey(Product, models.CASCADE, verbose_name=_("product"))
    station_id = models.BigIntegerField(null=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=4)
    effective_from = models.DateTimeField(_("in force from"))
    announced_at = models.DateTimeField(_("announced on"))
    announced_by = models.TextField(_("announced by"))
    withdrawn_at = models.DateTimeField(_("withdrawn on"), null=True, blank=True)

    class Meta:
        verbose_name = _("price")
        ordering: ClassVar = ["-effective_from", "-id"]
        verbose_name_plural = _("prices")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(price__gte=0), name="price_not_negative"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | models.Q(withdrawn_at__lt=models.F("effective_from")),
                name="withdrawn_in_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["product", "station_id", "-effective_from"], name="price_in_force"),
            models.Index(fields=["effective_from"], name="price_to_come"),
        ]

    def __str__(self) -> str:
        return f"{self.price}"
