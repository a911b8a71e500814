"""Who brought whom: referral codes, and referrals as they are made."""

from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.customers import queries as customers
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotFound, Unavailable
from forecourt.occasions import permissions, queries, records, rules
from forecourt.occasions.models import Referral, ReferralCode
from forecourt.occasions.values import ReferralRules

_ATTEMPTS: Final = 5


@transaction.atomic(durable=True)
def referral_code(actor: Actor, customer_id: int) -> str:
    """The code by which a member brings others, made when it is first asked for; of a merged one, its survivor's."""
    actor.require(permissions.VIEW)
    survivor = records.lock_survivors([customer_id]).get(customer_id)
    if survivor is None:
        raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    known = queries.code_of(survivor)
    if known:
        return known
    for _attempt in range(_ATTEMPTS):
        code = rules.new_code()
        try:
            with transaction.atomic():
                ReferralCode.objects.create(customer_id=survivor, code=code, made_at=clock.now())
        except IntegrityError:
            continue  # somebody has this one: one chance in thousands of millions
        return code
    raise Unavailable(_("No free code was found; try again."))


@transaction.atomic(durable=True)
def make_referral(actor: Actor, customer_id: int, code: str) -> int:
    """Note by whose code a new member came; returns the referral's id. The same code twice changes nothing.

    Invalid, naming the code, when it is nobody's, the member's own, or too late; Conflict when another's code was given.
    """
    actor.require(permissions.REFER)
    terms = queries.live_referral_rules()
    if terms is None:
        raise Conflict(_("Nobody is rewarded for bringing members at present; publish the referral rules first."))
    referrer_id = queries.owner_of_code(code)
    if referrer_id is None:
        raise Invalid.field("code", _("%(code)r is nobody's referral code; check it") % {"code": code.strip()[:40]})
    today = records.lock_survivors([customer_id, referrer_id])
    if customer_id not in today:
        raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    referred_id, referrer_id = today[customer_id], today[referrer_id]
    family = customers.family_ids(referred_id)
    known = Referral.objects.filter(referred_id__in=family).first()
    if known is not None:
        if queries.survivor_ids([known.referrer_id]).get(known.referrer_id) == referrer_id:
            return int(known.pk)
        raise Conflict(_("Customer %(id)s was brought by another member already.") % {"id": referred_id})
    _check(referred_id, referrer_id, family, terms)
    (row,) = records.add_referrals([(referred_id, referrer_id, rules.normal_code(code))], terms, actor.label)
    audit.record(actor, "referral.make", f"referral:{row.pk}", customer_id=referred_id)
    return int(row.pk)


def _check(referred_id: int, referrer_id: int, family: list[int], terms: ReferralRules) -> None:
    if referred_id == referrer_id:
        raise Invalid.field("code", _("is the member's own; nobody brings themselves"))
    if Referral.objects.filter(referred_id__in=customers.family_ids(referrer_id), referrer_id__in=family).exists():
        raise Invalid.field("code", _("belongs to somebody whom this member brought; two cannot bring one another"))
    joined_at = customers.buyers([referred_id])[referred_id].joined_at
    if (clock.now() - joined_at).days > terms.enter_days:
        raise Invalid.field(
            "code",
            _("comes too late: it can be given until %(days)s days after joining") % {"days": terms.enter_days},
        )
