"""Rules of gifts and referrals in words, part by part: to read, and to say what a change changes."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from forecourt.faces.backoffice.queries.programme import coupon_names
from forecourt.faces.backoffice.screens.offer_words import Part, compared
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.faces.backoffice.templatetags.office import plain_number, volume_unit, whole, yuan
from forecourt.occasions.values import GiftRules, ReferralRules, Reward

Rules = GiftRules | ReferralRules


class OccasionNames:
    """Names of tiers and of the coupon templates that some rules speak of, by their codes."""

    def __init__(self, rules: Sequence[Rules | None]) -> None:
        self.tiers = tier_names()
        codes = {code for one in rules if one is not None for code in templates_of(one)}
        self.templates = coupon_names(codes) if codes else {}


def templates_of(rules: Rules) -> list[str]:
    """Codes of the coupon templates that rules give."""
    given = [rules.template] if isinstance(rules, GiftRules) else [rules.referrer.template, rules.friend.template]
    return [code for code in given if code]


def parts(rules: Rules | None, names: OccasionNames) -> list[Part]:
    """Rules part by part; of none, that nothing is given."""
    if rules is None:
        return [Part(_("Gives"), _("nothing"))]
    return _gift(rules, names) if isinstance(rules, GiftRules) else _referral(rules, names)


def differences(before: Rules | None, after: Rules | None, names: OccasionNames) -> list[tuple[str, str, str]]:
    """What rules say otherwise: (what, before, after); all of it where there are none before."""
    if after is None:
        return compared(parts(before, names)[:1], parts(None, names))
    return compared(parts(before, names) if before else [], parts(after, names))


def _gift(rules: GiftRules, names: OccasionNames) -> list[Part]:
    return [
        Part(_("Gives"), _given(rules, names)),
        Part(_("When"), _days_before(rules.days_before)),
        Part(_("Coupon good"), _days_after(rules.days_after) if rules.template else ""),
        Part(_("For"), _(", ").join(names.tiers.get(code, code) for code in rules.tiers) or _("all tiers")),
        Part(_("Who bought"), _within(rules.active_days)),
    ]


def _referral(rules: ReferralRules, names: OccasionNames) -> list[Part]:
    reached = [
        *([yuan(rules.minimum_amount)] if rules.minimum_amount else []),
        *([f"{plain_number(rules.minimum_quantity)} {volume_unit()}"] if rules.minimum_quantity else []),
    ]
    first = ngettext("the first sale", "the first %(n)s sales", rules.first_sales) % {"n": rules.first_sales}
    limits = [
        *([_("%(n)s a month") % {"n": whole(rules.most_a_month)}] if rules.most_a_month else []),
        *([_("%(n)s a year") % {"n": whole(rules.most_a_year)}] if rules.most_a_year else []),
    ]
    return [
        Part(_("Who brings gets"), _given(rules.referrer, names)),
        Part(_("Who is new gets"), _given(rules.friend, names)),
        Part(_("For purchases of"), " + ".join(reached) or _("any amount")),
        Part(_("By"), first if rules.first_sales else _("any number of sales")),
        Part(_("Within days of joining"), whole(rules.within_days)),
        Part(_("Not refunded for days"), whole(rules.cooling_days)),
        Part(_("Code accepted for days after joining"), whole(rules.enter_days)),
        Part(_("Without a person's look"), " · ".join(limits) or pgettext("referrals", "any number")),
        Part(_("Both at one station within minutes"), whole(rules.minutes) if rules.minutes else _("not looked at")),
        Part(_("Tags of our own staff"), _(", ").join(rules.staff_tags)),
    ]


def _given(reward: GiftRules | Reward, names: OccasionNames) -> str:
    points = ngettext("%(points)s point", "%(points)s points", reward.points) % {"points": whole(reward.points)}
    given = [
        *([points] if reward.points else []),
        *([names.templates.get(reward.template, reward.template)] if reward.template else []),
    ]
    return " + ".join(given) or _("nothing")


def _days_before(days: int) -> str:
    return ngettext("%(n)s day before", "%(n)s days before", days) % {"n": days} if days else _("on the day")


def _days_after(days: int) -> str:
    return ngettext("until %(n)s day after", "until %(n)s days after", days) % {"n": days} if days else _("on the day")


def _within(days: int) -> str:
    return ngettext("within %(n)s day", "within %(n)s days", days) % {"n": whole(days)} if days else _("ever, or never")
