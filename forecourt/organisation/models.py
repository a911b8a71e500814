"""Tables of the organisation: small, read often, changed seldom."""

from collections.abc import Iterable
from datetime import time
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from forecourt.kernel import rights
from forecourt.organisation.values import Role, VolumeUnit

ROLE_NAMES = {
    Role.HEAD_OFFICE: _("Head office"),
    Role.MARKETER: _("Marketer"),
    Role.STATION_MANAGER: _("Station manager"),
    Role.CASHIER: _("Cashier"),
    Role.SERVICE_AGENT: _("Service agent"),
    Role.ACCOUNT_MANAGER: _("Account manager"),
    Role.ANALYST: _("Analyst"),
    Role.COMPLIANCE: _("Compliance officer"),
    Role.INTEGRATOR: _("Integrator"),
}


class Company(models.Model):
    """The retailer. One row, id 1."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    digits = models.SmallIntegerField(_("decimal places of the currency"), default=2)
    volume_unit = models.CharField(
        _("unit of volume"),
        max_length=8,
        default=VolumeUnit.LITRE,
        choices=[(VolumeUnit.LITRE, _("litre")), (VolumeUnit.GALLON, _("US gallon"))],
    )
    zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    solo_approval = models.BooleanField(_("what one handed in oneself may be approved"), default=False)
    hold_minutes = models.SmallIntegerField(_("minutes for which a reservation holds"), default=20)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_company")]

    def __str__(self) -> str:
        return self.name


class LegalEntity(models.Model):
    """A company in law that owns stations and issues their invoices."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    tax_number = models.CharField(_("tax number"), max_length=32, blank=True, default="")

    class Meta:
        verbose_name = _("legal entity")
        verbose_name_plural = _("legal entities")

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.name


class Station(models.Model):
    """A petrol station. Position in WGS-84; `hours` {"mon": [["06:00", "22:00"]], ...}, empty meaning day and night."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=240, blank=True, default="")
    phone = models.CharField(_("telephone"), max_length=32, blank=True, default="")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"))
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, null=True, blank=True, verbose_name=_("legal entity"))
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    day_rolls_at = models.TimeField(_("trading day begins"), default=time(0))
    hours = models.JSONField(_("opening hours"), default=dict, blank=True)
    services = ArrayField(models.CharField(max_length=32), verbose_name=_("facilities"), default=list, blank=True)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    is_open = models.BooleanField(_("in operation"), default=True)

    class Meta:
        verbose_name = _("station")
        verbose_name_plural = _("stations")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Pump(models.Model):
    """A pump, with the product codes of the grades it serves."""

    station = models.ForeignKey(Station, models.CASCADE, related_name="pumps", verbose_name=_("station"))
    number = models.PositiveSmallIntegerField(_("number"))
    grades = ArrayField(models.CharField(max_length=32), verbose_name=_("grades"), default=list, blank=True)

    class Meta:
        verbose_name = _("pump")
        verbose_name_plural = _("pumps")
        ordering: ClassVar = ["station", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["station", "number"], name="one_pump_a_number")]

    def __str__(self) -> str:
        return f"{self.number}"


class StaffManager(BaseUserManager["Staff"]):
    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(username=username)


class Staff(AbstractBaseUser):
    """Somebody who works here and may sign in. Five failures in a row lock the account for a while.

    Django's admin asks `is_staff`, `has_perm` and `has_module_perms`; the answers come from the roles, by our own
    permission names ("catalogue.set_price"), not by Django's ("catalogue.change_price"). Nobody is a superuser.
    """

    username = models.CharField(_("sign-in name"), max_length=64, unique=True)
    name = models.CharField(_("full name"), max_length=80)
    code = models.CharField(_("staff number"), max_length=32, blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)
    failed_sign_ins = models.PositiveSmallIntegerField(_("failed sign-ins"), default=0, editable=False)
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True, editable=False)
    joined_on = models.DateField(_("employed since"), null=True, blank=True)
    home_station = models.ForeignKey(
        Station, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("home station")
    )

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects: ClassVar[StaffManager] = StaffManager()

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        ordering: ClassVar = ["username"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], condition=~models.Q(code=""), name="one_staff_a_code")
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def permissions(self) -> frozenset[str]:
        """All permissions of the roles, wherever they hold; the stations are in the actor's scope."""
        if not self.is_active:
            return frozenset()
        return rights.permissions_of(self.roles.values_list("role", flat=True))

    @property
    def is_staff(self) -> bool:
        """Whether the back office lets them in: anybody active who has a role."""
        return bool(self.permissions)

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return perm in self.permissions

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        return self.permissions.issuperset(perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return any(permission.startswith(f"{app_label}.") for permission in self.permissions)


class StaffRole(models.Model):
    """A role somebody has: everywhere, in a region or at a station."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="roles", verbose_name=_("member of staff"))
    role = models.CharField(
        _("staff role"), max_length=24, choices=[(role.value, name) for role, name in ROLE_NAMES.items()]
    )
    station = models.ForeignKey(Station, models.CASCADE, null=True, blank=True, verbose_name=_("station"))
    region = models.ForeignKey(Region, models.CASCADE, null=True, blank=True, verbose_name=_("region"))

    class Meta:
        verbose_name = _("staff role")
        verbose_name_plural = _("staff roles")

    def __str__(self) -> str:
        return str(ROLE_NAMES[Role(self.role)])


class ApiKey(models.Model):
    """A key of another system. Only its digest is kept; the key itself is shown once, when it is made."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True)
    digest = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=32), verbose_name=_("scopes"))
    station = models.ForeignKey(Station, models.CASCADE, null=True, blank=True, verbose_name=_("station"))
    requests_per_second = models.PositiveIntegerField(_("requests per second"), default=500)
    created_at = models.DateTimeField(_("created"))
    created_by = models.TextField(_("created by"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
