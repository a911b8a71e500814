"""Conditions on how it is paid, and on coupons."""

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from forecourt.kernel.bounds import OfHundred
from forecourt.kernel.money import ZERO
from forecourt.kernel.words import say as _
from forecourt.offers.rules.facts import Facts, Key, Name, SomeCodes
from forecourt.offers.rules.speaking import Input, Miss, Names, all_called, figure, gettext_noop, plain
from forecourt.offers.rules.terms import About, Condition, Varies


class PaidBy(Condition, tag="tender"):
    """Paid with one of these tenders: wholly, or at least so many percent of what was paid."""

    of: SomeCodes
    percent: OfHundred = Decimal(100)

    title: ClassVar = gettext_noop("Means of payment")
    about: ClassVar = About.PAYMENT
    inputs: ClassVar = {
        "of": Input(gettext_noop("Paid by"), "tenders"),
        "percent": Input(gettext_noop("At least this share"), "percent"),
    }

    def test(self, facts: Facts) -> Miss | None:
        tenders = facts.tenders
        if len(tenders) == 1:
            ((kind, amount),) = tenders.items()
            if kind in self.of and amount > 0:
                return None
        total = sum(tenders.values(), ZERO)
        paid = sum([amount for kind, amount in tenders.items() if kind in self.of], ZERO)
        if paid > 0 and paid * 100 >= total * self.percent:
            return None
        return Miss("tender", {"tenders": ",".join(sorted(self.of)), "percent": plain(self.percent)})

    def keys(self) -> frozenset[Key] | None:
        return frozenset([("tender", kind) for kind in self.of])

    def words(self, names: Names) -> str:
        said = {"tenders": all_called(names, "tender", self.of), "percent": figure(self.percent)}
        if self.percent < 100:
            return _("they pay at least %(percent)s%% by %(tenders)s") % said
        return _("they pay by %(tenders)s") % said

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        said = {
            "tenders": all_called(names, "tender", values["tenders"].split(",")),
            "percent": figure(values["percent"]),
        }
        if values["percent"] != "100":
            return _("it is for paying at least %(percent)s%% by %(tenders)s") % said
        return _("it is for paying by %(tenders)s") % said


class CouponUsed(Condition, tag="coupon"):
    """A coupon of this template is used: presented, or held by the member where it needs not be."""

    template: Name

    title: ClassVar = gettext_noop("Coupon")
    about: ClassVar = About.PAYMENT
    inputs: ClassVar = {"template": Input(gettext_noop("Kind of coupon"), "template")}

    def test(self, facts: Facts) -> Miss | None:
        return None if facts.coupons.get(self.template) else Miss("coupon", {"template": self.template})

    def varies(self, facts: Facts) -> Varies:
        return Varies.KIND

    def keys(self) -> frozenset[Key] | None:
        return frozenset([("coupon", self.template)])

    def coupons(self, facts: Facts) -> tuple[str, ...]:
        return (self.template,) if facts.coupons.get(self.template) else ()

    def words(self, names: Names) -> str:
        return _("they use a coupon “%(coupon)s”") % {"coupon": names.name("template", self.template)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it needs a coupon “%(coupon)s”") % {"coupon": names.name("template", values["template"])}
