"""What a screen shows of a personal value: enough to recognise it by, never all of it."""

import re
from typing import Final

import phonenumbers

from forecourt.customers.rules.recognition import NEW_ENERGY, ORDINARY, PLATE, plate_kind
from forecourt.customers.values import IdentityKind, PlateKind

_CHINA_MOBILE: Final = re.compile(r"\+86(1[0-9]{10})")
_PERSONAL: Final = re.compile(
    r"(?P<email>[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})"
    r"|(?P<phone>(?<![0-9])(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9]))"
    r"|(?P<card>(?<![0-9])[0-9](?:[ -]?[0-9]){11,31}(?![0-9]))"
    f"|(?P<plate>(?i:{NEW_ENERGY.replace(']', '][·• -]?', 2)}|{ORDINARY.replace(']', '][·• -]?', 2)}))"
)


def masked(kind: str, value: str) -> str:
    """A normal value with its telling part starred: "138****8000", "粤B·12**5", "****1234", "z***@qq.com"."""
    if kind == IdentityKind.PHONE:
        return _masked_phone(value)
    if kind == PLATE:
        return _masked_plate(value)
    if kind == IdentityKind.EMAIL:
        local, _, domain = value.rpartition("@")
        return f"{local[:1] if len(local) > 1 else ''}***@{domain}"
    shown = min(4, len(value) // 2)
    return "****" + value[len(value) - shown :]


def _masked_phone(value: str) -> str:
    mobile = _CHINA_MOBILE.fullmatch(value)
    if mobile:
        return f"{mobile[1][:3]}****{mobile[1][-4:]}"
    country = phonenumbers.parse(value, None).country_code
    national = value.removeprefix(f"+{country}")
    return f"+{country} ****{national[-min(4, len(national) // 2) :]}"


def _masked_plate(value: str) -> str:
    if plate_kind(value) != PlateKind.OTHER:
        return f"{value[:2]}·{value[2:4]}{'*' * (len(value) - 5)}{value[-1]}"
    head = min(2, len(value) // 3)
    tail = 1 if len(value) >= 5 else 0
    return value[:head] + "*" * (len(value) - head - tail) + value[len(value) - tail :]


def redacted(text: str) -> str:
    """Free text with every phone, card, plate and e-mail address masked, for what is kept unsealed (notes, reasons)."""

    def mask(found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        value = found[0]
        if kind == "phone":
            digits = re.sub("[^0-9]", "", value)
            return f"{digits[-11:-8]}****{digits[-4:]}"
        if kind == "card":
            return "****" + re.sub("[ -]", "", value)[-4:]
        return masked(kind, re.sub("[·• -]", "", value).upper() if kind == PLATE else value)

    return _PERSONAL.sub(mask, text)
