"""How figures, times and codes are written on screens."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from forecourt.faces.backoffice import screen, words
from forecourt.kernel import clock
from forecourt.kernel.money import sign
from forecourt.organisation import queries as organisation
from forecourt.sales.words import funder_name

register = template.Library()

_NOTHING = (None, "")
"""What a template hands over where there is no value."""


@register.filter
def money(value: Decimal | None) -> str:
    """In the company's currency, with its digits and thousands separated; a dash for nothing."""
    return "–" if value in _NOTHING else f"{value:,.{organisation.company().digits}f}".replace("-", "−")


@register.filter
def yuan(value: Decimal | None) -> str:
    """Money with the currency's sign."""
    if value in _NOTHING:
        return "–"
    return f"{'−' if value < 0 else ''}{currency()}{money(abs(value))}"


@register.filter
def whole_money(value: Decimal | None) -> str:
    if value in _NOTHING:
        return "–"
    return f"{'−' if value <= Decimal('-0.5') else ''}{currency()}{abs(value):,.0f}"


@register.filter
def size(value: Decimal | int) -> Decimal | int:
    """A figure without its sign, where an arrow or a word beside it says the direction."""
    return abs(value)


@register.filter
def volume(value: Decimal | None) -> str:
    """Litres or gallons (or kWh, kg) with two digits."""
    return "–" if value in _NOTHING else f"{value:,.2f}".replace("-", "−")


@register.filter
def whole(value: Decimal | int | None) -> str:
    """A count, points or a large quantity, without digits."""
    return "–" if value in _NOTHING else f"{value:,.0f}".replace("-", "−")


@register.filter
def plain_price(value: Decimal | None) -> str:
    """A price per unit: at least two digits, more where it has more."""
    if value in _NOTHING:
        return "–"
    text = f"{value:.4f}".rstrip("0")
    return text + "0" * max(0, 2 - len(text.split(".")[1]))


@register.filter
def signed(value: int | None) -> str:
    return "–" if value in _NOTHING else f"{value:+,}".replace("-", "−") if value else "0"


@register.filter
def percent(value: Decimal | float | None) -> str:
    return "–" if value in _NOTHING else f"{value:.0f}%"


@register.filter
def day(value: date | datetime | None) -> str:
    """A date in the reader's language."""
    if value in _NOTHING:
        return "–"
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    # Translators: how a date is written, in Django's letters
    return date_format(value, _("j M Y"))


@register.filter
def month(value: date | None) -> str:
    """A month in the reader's language."""
    # Translators: how a month is written, in Django's letters
    return "–" if value in _NOTHING else date_format(value, _("M Y"))


@register.filter
def days(since: date, until: date) -> str:
    """From one day to another, both included; a whole month by its name."""
    if since.day == 1 and until == clock.next_month(since) - timedelta(days=1):
        return month(since)
    return day(since) if since == until else f"{day(since)} – {day(until)}"


@register.filter
def funder(code: str) -> str:
    """Who pays for an offer, a reward or a prize, in words."""
    return funder_name(code)


@register.filter
def moment(value: datetime | None) -> str:
    """Date and time in the company's zone."""
    return "–" if value in _NOTHING else f"{day(value)} {timezone.localtime(value):%H:%M}"


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """How long since, the exact moment on hover."""
    if value in _NOTHING:
        return "–"
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), moment(value), _since(value))


def _since(value: datetime) -> str:
    seconds = (clock.now() - value).total_seconds()
    if seconds < 0:
        return str(moment(value))
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if minutes < 1:
        return _("just now")
    if hours < 1:
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}
    if days < 1:
        return ngettext("%(count)d hour ago", "%(count)d hours ago", hours) % {"count": hours}
    if days < 60:
        return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
    months = days // 30
    return ngettext("%(count)d month ago", "%(count)d months ago", months) % {"count": months}


@register.simple_tag
def delta(now: Any, then: Any, kind: str = "percent") -> SafeString:
    """The difference with an arrow; in percent, or for shares in percentage points."""
    if now is None or not then:
        return format_html('<span class="delta same">{}</span>', _("nothing to compare"))
    change = (now - then) if kind == "points" else (now - then) * 100 / then
    arrow, tone = ("▲", "up") if change >= 0.5 else ("▼", "down") if change <= -0.5 else ("＝", "same")
    unit = _("pt") if kind == "points" else "%"
    return format_html('<span class="delta {}">{} {}{}</span>', tone, arrow, f"{abs(change):.0f}", unit)


@register.simple_tag
def currency() -> str:
    return sign(organisation.company().currency)


@register.simple_tag
def volume_unit() -> str:
    return words.volume_unit()


@register.filter
def word(code: str, family: str) -> str:
    """The words for a code of one of the families in `words`; the code itself where we have none."""
    return str(getattr(words, family.upper()).get(code, code))


@register.filter
def reason(text: str) -> str:
    """Why points moved: what Forecourt itself wrote in the reader's language, what people wrote as it stands."""
    return _(text) if text else ""


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key) if mapping else None


@register.simple_tag(takes_context=True)
def may_open(context: dict[str, Any], *names: str) -> bool:
    """Whether the reader may open all of these screens, for links that lead there."""
    actor = context["request"].actor
    return all(screen.may_open(actor, reverse(name)) for name in names)


@register.simple_tag(takes_context=True)
def again(context: dict[str, Any], **changes: Any) -> str:
    """The page's own address with some of its parameters changed; an empty one is left out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = value
    return "?" + query.urlencode()


@register.filter
def at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else None


@register.filter
def figure(value: float | None, digits: int | None = 0) -> str:
    return "–" if value in _NOTHING else f"{value:,.{digits or 0}f}"


@register.inclusion_tag("office/places.html", takes_context=True)
def places(context: dict[str, Any]) -> dict[str, Any]:
    """Where `g` and a letter lead."""
    from forecourt.faces.backoffice.look import keys

    return {"places": keys(context["request"])}


@register.filter
def shop_amount(row: dict[str, Any]) -> Decimal:
    """What of a sale's net is not fuel."""
    return Decimal(row["net"] - row["fuel_amount"])


@register.filter
def as_decimal(text: str | int) -> Decimal:
    return Decimal(text)


@register.filter
def numbered(values: list[Any]) -> list[tuple[int, Any]]:
    return list(enumerate(values))


@register.filter
def plain_number(value: Decimal) -> str:
    """A number without trailing zeros."""
    return f"{value.normalize():f}"


@register.filter
def grade(code: str) -> str:
    """A grade as it is spoken of: 95#, but LPG."""
    if code.upper() == "KWH":
        return str(words.FAMILY["electric"])
    return f"{code}#" if code.lstrip("-").isdigit() else code


@register.filter
def unit(code: str) -> str:
    """What a quantity counts, short: L or gal, kWh, kg, piece."""
    return words.volume_unit() if code == "volume" else str(words.UNIT.get(code, code))


@register.filter
def when(value: datetime) -> str:
    """Date and time for a list: without the year where it is this year."""
    local = timezone.localtime(value)
    same = local.year == timezone.localtime(clock.now()).year
    return f"{date_format(local, _('j M') if same else _('j M Y'))} {local:%H:%M}"


@register.filter
def near_day(value: date | datetime | None) -> str:
    """A date for a list: without the year where it is this year."""
    if value in _NOTHING:
        return "–"
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    same = local.year == timezone.localtime(clock.now()).year
    return date_format(local, _("j M") if same else _("j M Y"))


@register.filter
def about(total: Any) -> str:
    """How many there are: exactly, or where that is estimated as one says it: about 123,000, 约 12.3 万."""
    if not total.is_estimate:
        return f"{total.count:,}"
    if get_language().startswith("zh"):
        return _("about %(count)s") % {"count": f"{total.count / 10_000:.1f} 万"}
    digits = len(str(total.count)) - 3
    return _("about %(count)s") % {"count": f"{round(total.count, -digits):,}"}


@register.filter
def minus(value: Decimal) -> Decimal:
    return -value


@register.filter
def who(label: str) -> str:
    """An actor as the audit trail keeps it ("staff:head", "system:forecourt", "key:till"), in words."""
    kind, _colon, name = label.partition(":")
    if kind == "system":
        return pgettext("who did it", "System")
    return _("API key %(name)s") % {"name": name} if kind in {"key", "apikey"} else name or label


@register.filter
def by_hand(label: str) -> str:
    """Who did it, where that was a person; what the system and tills do by themselves needs no name."""
    return str(who(label)) if label.startswith("staff:") else ""


@register.filter
def birthday(value: int) -> str:
    """A birthday, month * 100 + day, in the reader's language."""
    return date_format(date(2000, value // 100, value % 100), _("j M"))


@register.filter
def month_day(value: int | None) -> str:
    """A birthday as forms take it, "03-05"."""
    return f"{value // 100:02}-{value % 100:02}" if value else ""
