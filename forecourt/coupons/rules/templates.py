"""What a template must hold to make sense."""

import re
from datetime import date, timedelta
from typing import Final

import msgspec

from forecourt.coupons.values import CouponKind, Template
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _

_GENERIC_CODE: Final = re.compile(r"[A-Z0-9]{3,32}")
_AT: Final = re.compile(r" - at `\$\.?(.*?)(?:\[.*)?`$")


def checked_template(template: Template, normal_code: str, today: date) -> Template:
    """The template with its texts trimmed and its generic code as stored; Invalid, naming the field, when it makes no sense.

    `normal_code` is the generic code as it is stored, "" for none.
    """
    tidy = msgspec.structs.replace(
        template,
        name=" ".join(template.name.split()),
        description=template.description.strip(),
        handover=" ".join(template.handover.split()),
        generic_code=normal_code,
    )
    try:
        tidy = msgspec.convert(msgspec.to_builtins(tidy), Template)
    except msgspec.ValidationError as error:
        text = str(error)
        found = _AT.search(text)
        path = found[1] if found else "template"
        value = getattr(template, path, "")
        raise Invalid.field(
            path, _("%(value)r is out of bounds: %(why)s") % {"value": value, "why": _AT.sub("", text)}
        ) from None
    if not tidy.name:
        raise Invalid.field("name", _("is empty; say what the coupon gives, it stands on receipts"))
    if tidy.valid_until is not None and tidy.valid_until < today:
        raise Invalid.field(
            "valid_until",
            _("%(day)s is past; choose a day from today on, or none") % {"day": tidy.valid_until.isoformat()},
        )
    if tidy.valid_until is not None and tidy.valid_until < (first := today + timedelta(days=tidy.delay_days)):
        text = _(
            "%(day)s lies before %(first)s, from when one issued now would be good; choose a later day or a shorter delay"
        )
        raise Invalid.field("valid_until", text % {"day": tidy.valid_until.isoformat(), "first": first.isoformat()})
    if tidy.worth < 0:
        raise Invalid.field(
            "worth", _("%(worth)s is below zero; give what the coupon is worth, or 0") % {"worth": tidy.worth}
        )
    if tidy.worth != round(tidy.worth, 4):
        raise Invalid.field("worth", _("%(worth)s has more than four decimal places") % {"worth": tidy.worth})
    if tidy.stations and not tidy.handover:
        raise Invalid.field(
            "stations", _("limits who hands it over; where offers take it they say themselves: leave it empty")
        )
    _check_kind(tidy)
    return tidy


def _check_kind(template: Template) -> None:
    if template.kind is CouponKind.SINGLE:
        if template.generic_code:
            raise Invalid.field(
                "generic_code", _("belongs to one code for everybody; leave it empty, or change the kind")
            )
        return
    if not _GENERIC_CODE.fullmatch(template.generic_code):
        raise Invalid.field(
            "generic_code",
            _("%(code)r must have 3 to 32 letters A to Z and digits") % {"code": template.generic_code},
        )
    for name, value in (("is_automatic", template.is_automatic), ("is_transferable", template.is_transferable)):
        if value:
            raise Invalid.field(name, _("makes no sense for one code for everybody, which nobody holds; switch it off"))
    if template.uses != 1:
        raise Invalid.field(
            "uses", _("counts the uses of a coupon of one's own; of a code for everybody the limit does: leave it at 1")
        )
