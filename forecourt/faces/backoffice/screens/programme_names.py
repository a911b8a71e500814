"""The programme in words, its coupons by the names people gave them: the loyalty folder knows only their codes."""

from collections.abc import Mapping

import msgspec

from forecourt.faces.backoffice.queries.programme import coupon_names
from forecourt.loyalty import words
from forecourt.loyalty.values import Programme


def differences(before: Programme, after: Programme, names: words.Names | None = None) -> list[words.Difference]:
    """What `after` says otherwise than `before`, see `loyalty.words`."""
    return words.differences(*spoken(before, after), names)


def spoken(*programmes: Programme) -> list[Programme]:
    """These programmes as they are shown. Not to be saved."""
    codes = {coupon.template for one in programmes for tier in one.tiers for coupon in tier.coupons}
    names = coupon_names(codes) if codes else {}
    return [_named(one, names) for one in programmes]


def _named(programme: Programme, names: Mapping[str, str]) -> Programme:
    tiers = []
    for tier in programme.tiers:
        coupons = (msgspec.structs.replace(one, template=names.get(one.template, one.template)) for one in tier.coupons)
        tiers.append(msgspec.structs.replace(tier, coupons=tuple(coupons)))
    return msgspec.structs.replace(programme, tiers=tuple(tiers))
