"""The one normal form of everything a customer is recognised by. Whatever way it is written, it is found again.

No message repeats the value: messages reach logs and files of refusals.
"""

import re
import unicodedata
from typing import Final, NamedTuple

import phonenumbers

from forecourt.customers.values import CustomerClaim, IdentityKind, PlateKind
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _

PLATE: Final = "plate"
"""The kind of a plate among the kinds of identities: its indexes are made under this word."""

_PROVINCE: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER: Final = "A-HJ-NP-Z"
ORDINARY: Final = f"[{_PROVINCE}][{_LETTER}](?:[{_LETTER}0-9]{{5}}|[{_LETTER}0-9]{{4}}[挂学警港澳])"
NEW_ENERGY: Final = f"[{_PROVINCE}][{_LETTER}](?:[A-HJK][{_LETTER}0-9][0-9]{{4}}|[0-9]{{5}}[A-HJK])"

_FORMAT_CHARACTERS: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_PHONE_SEPARATORS: Final = re.compile(r"[\s().\-/·‐-―−]+")
_PLATE_SEPARATORS: Final = re.compile(r"[\s.\-·•‧∙⋅・‐-―−]+")
_CARD_SEPARATORS: Final = re.compile(r"[\s\-‐-―−]+")
_CHINA_MOBILE: Final = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
_PHONE: Final = re.compile(r"\+?[0-9]{3,20}")
_PLATE: Final = re.compile("[A-Z0-9\u4e00-\u9fff]{2,12}")
_ORDINARY: Final = re.compile(ORDINARY)
_NEW_ENERGY: Final = re.compile(NEW_ENERGY)
_CARD: Final = re.compile("[A-Z0-9]{4,32}")
_LOCAL_PART: Final = re.compile(r"[^\s@\"(),:;<>\[\\\]\x00-\x1f]{1,64}")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_OPEN_ID: Final = re.compile(r"[A-Za-z0-9._:@-]{4,64}")


class Recognised(NamedTuple):
    """What to look for: a kind and a normal value. `kind` is an identity's kind or "plate"."""

    kind: str
    value: str


def normal_phone(value: str, region: str = "CN") -> str:
    """A telephone number in E.164, "+8613800138000".

    Takes spaces, dashes, brackets, full-width digits, with or without the country's code; without one it is a number
    of `region` (ISO 3166 alpha-2). Invalid when it is no telephone number.
    """
    text = _PHONE_SEPARATORS.sub("", _plain(value))
    if region == "CN" or text.startswith(("+86", "0086")):
        mobile = _CHINA_MOBILE.fullmatch(text)
        if mobile:
            return "+86" + mobile[1]
    if not _PHONE.fullmatch(text):
        raise _not_a_phone(value)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise _not_a_phone(value) from None
    normal = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not (_CHINA_MOBILE.fullmatch(normal) or phonenumbers.is_valid_number(number)):
        raise _not_a_phone(value)
    return normal


def _not_a_phone(value: str) -> Invalid:
    digits = sum(character.isdigit() for character in value)
    return Invalid.field(
        "phone",
        _(
            "is not a telephone number (%(count)s digits); give a mobile number of 11 digits, "
            "or begin with + and the country's code"
        )
        % {"count": digits},
    )


def normal_plate(value: str) -> str:
    """A number plate in capitals without separators, "粤B12345". Foreign and unusual ones pass: 2 to 12 characters."""
    text = _PLATE_SEPARATORS.sub("", _plain(value)).upper()
    if not _PLATE.fullmatch(text):
        raise Invalid.field(
            "plate",
            _("is not a number plate (%(count)s characters); give 2 to 12 letters and digits, such as 粤B12345")
            % {"count": len(text)},
        )
    return text


def plate_kind(plate: str) -> PlateKind:
    """What sort of plate a normal plate is: ordinary and new-energy plates of China, or another."""
    if _ORDINARY.fullmatch(plate):
        return PlateKind.ORDINARY
    if _NEW_ENERGY.fullmatch(plate):
        return PlateKind.NEW_ENERGY
    return PlateKind.OTHER


def normal_card(value: str) -> str:
    """A card's number in capitals without spaces and dashes: 4 to 32 letters and digits."""
    text = _CARD_SEPARATORS.sub("", _plain(value)).upper()
    if not _CARD.fullmatch(text):
        raise Invalid.field(
            "card",
            _("is not a card number (%(count)s characters); give 4 to 32 letters and digits, no other signs")
            % {"count": len(text)},
        )
    return text


def normal_email(value: str) -> str:
    """An e-mail address in small letters, its domain in ASCII. Capitals never tell two mailboxes apart in practice."""
    local, at, domain = _plain(value).lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError:
        domain = ""
    if not at or not _LOCAL_PART.fullmatch(local) or len(domain) > 253 or not _DOMAIN.fullmatch(domain):
        raise Invalid.field("email", _("is not an e-mail address; give one such as name@example.com"))
    return f"{local}@{domain}"


def normal_open_id(kind: str, value: str) -> str:
    """A WeChat open id or an app's user id, as it is: capitals count."""
    text = value.strip()
    if not _OPEN_ID.fullmatch(text):
        raise Invalid.field(
            kind,
            _("is not an id (%(count)s characters); give 4 to 64 letters, digits or any of . _ : @ -")
            % {"count": len(text)},
        )
    return text


def normal_identity(kind: str, value: str, region: str = "CN") -> str:
    """The normal form of an identity or, for "plate", of a plate. Invalid names the kind as the field."""
    if kind == IdentityKind.PHONE:
        return normal_phone(value, region)
    if kind == IdentityKind.CARD:
        return normal_card(value)
    if kind == IdentityKind.EMAIL:
        return normal_email(value)
    if kind == PLATE:
        return normal_plate(value)
    return normal_open_id(kind, value)


def recognised(claim: CustomerClaim, region: str = "CN") -> Recognised | None:
    """What a till's claim asks for; None when it is an id, empty, holds more than one thing, or is malformed."""
    found: list[Recognised] = []
    for kind in (IdentityKind.PHONE.value, PLATE, *(kind.value for kind in IdentityKind if kind != "phone")):
        value = getattr(claim, kind)
        if value is not None:
            found.append(Recognised(kind, value))
    if len(found) != 1 or claim.id is not None:
        return None
    try:
        return Recognised(found[0].kind, normal_identity(found[0].kind, found[0].value, region))
    except Invalid:
        return None


def last_four(kind: str, value: str) -> Recognised | None:
    """The last four characters that a phone, card or plate is also found by, a kind of their own; None for other kinds."""
    if kind in {IdentityKind.PHONE, IdentityKind.CARD, PLATE}:
        return Recognised(f"{kind}.last4", value[-4:])
    return None


def _plain(value: str) -> str:
    """Full-width and presentation forms made plain, invisible characters (which contact lists add) taken out."""
    if value.isascii():
        return value.strip()
    return _FORMAT_CHARACTERS.sub("", unicodedata.normalize("NFKC", value)).strip()


def seal_context(kind: str, customer_id: int) -> str:
    """What a sealed value is bound to. A merge moves no row, so who brought it stays its owner."""
    return f"identity:{kind}:{customer_id}"
