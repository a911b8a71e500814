"""Templates made, changed and retired, and what that does to coupons that are out."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from forecourt.coupons import permissions, queries, records, services
from forecourt.coupons.values import CouponKind, CouponStatus
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from tests.coupons.scenes import HEAD_OFFICE, a_use, give, make_generic, make_template, now_at, why


def test_a_change_keeps_what_was_issued(chain):
    template = make_template(valid_days=30, uses=1)
    (member,) = chain.enrol()
    (before,) = give("wash", member)
    services.change_template(HEAD_OFFICE, msgspec.structs.replace(template, valid_days=5, uses=3, name="洗车"))
    (after,) = give("wash", member)
    kept = now_at(before.code)
    assert (kept.expires_on, kept.uses) == (before.expires_on, 1)
    assert (after.uses, after.expires_on) == (3, after.active_from + timedelta(days=4))
    changed = sql.rows("SELECT detail FROM kernel_audit WHERE action = 'coupon_template.change'")
    assert "valid_days" in str(changed)
    assert "name" in str(changed)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"code": "two words"}, "code"),
        ({"uses": 0}, "uses"),
        ({"valid_days": -1}, "valid_days"),
        ({"worth": Decimal("1.234")}, "worth"),
        ({"worth": Decimal(-1)}, "worth"),
        ({"valid_until": clock.now().date() - timedelta(days=3)}, "valid_until"),
        ({"valid_until": clock.now().date() + timedelta(days=3), "delay_days": 9}, "valid_until"),
        ({"generic_code": "ALL"}, "generic_code"),
        ({"kind": CouponKind.GENERIC}, "generic_code"),
        ({"kind": CouponKind.GENERIC, "generic_code": "夏天"}, "generic_code"),
        ({"kind": CouponKind.GENERIC, "generic_code": "ALL", "is_automatic": True}, "is_automatic"),
        ({"kind": CouponKind.GENERIC, "generic_code": "ALL", "is_transferable": True}, "is_transferable"),
        ({"kind": CouponKind.GENERIC, "generic_code": "ALL", "uses": 2}, "uses"),
    ],
)
def test_a_template_that_makes_no_sense_names_its_field(chain, changes, field):
    with pytest.raises(Invalid) as caught:
        make_template(**changes)
    assert list(caught.value.fields) == [field]


def test_codes_are_taken_once(chain):
    make_template()
    make_generic()
    (coupon,) = give("wash", None)
    with pytest.raises(Conflict, match="wash already"):
        make_template()
    with pytest.raises(Invalid, match="SUMMER26 is a coupon's code already"):
        make_generic("other", "summer-26")
    with pytest.raises(Invalid, match="is a coupon's code already"):
        make_generic("other", coupon.code)


def test_a_generic_code_can_get_a_higher_limit_and_is_good_again(chain):
    template = make_generic(limit=1)
    (member,) = chain.enrol()
    records.use([a_use(now_at("SUMMER26"), member)])
    assert why("SUMMER26", member) == "limit"
    services.change_template(HEAD_OFFICE, msgspec.structs.replace(template, limit=3))
    assert (now_at("SUMMER26").uses_left, why("SUMMER26", member)) == (2, None)
    with pytest.raises(Conflict, match="cannot get a limit, nor lose it"):
        services.change_template(HEAD_OFFICE, msgspec.structs.replace(template, limit=0))
    with pytest.raises(Conflict, match="was used already"):
        services.change_template(HEAD_OFFICE, msgspec.structs.replace(template, limit=3, generic_code="WINTER"))
    with pytest.raises(Conflict, match="kind"):
        services.change_template(
            HEAD_OFFICE, msgspec.structs.replace(template, kind=CouponKind.SINGLE, generic_code="")
        )


def test_an_unused_generic_code_can_change(chain):
    template = make_generic()
    services.change_template(HEAD_OFFICE, msgspec.structs.replace(template, generic_code="winter 26"))
    assert (why("SUMMER26"), why("WINTER26")) == ("unknown", None)


def test_a_retired_template_gives_no_more_but_keeps_its_word(chain):
    make_template()
    make_generic()
    (member,) = chain.enrol()
    (coupon,) = give("wash", member)
    for code in ("wash", "summer"):
        services.retire_template(HEAD_OFFICE, code)
    with pytest.raises(Invalid, match="is not a coupon template that is issued"):
        give("wash", member)
    assert (why(coupon.code, member), why("SUMMER26", member)) == (None, "void")
    for code in ("wash", "summer"):
        services.revive_template(HEAD_OFFICE, code)
    assert len(give("wash", member)) == 1
    assert (why("SUMMER26", member), now_at("SUMMER26").status) == (None, CouponStatus.ACTIVE)


def test_a_limit_cannot_fall_below_what_is_out(chain):
    template = make_template()
    give("wash", *chain.enrol(3))
    services.change_template(HEAD_OFFICE, msgspec.structs.replace(template, limit=3))
    with pytest.raises(Conflict, match="leaves 0"):
        give("wash", None)
    with pytest.raises(Invalid, match="2 is less than the 3 issued"):
        services.change_template(HEAD_OFFICE, msgspec.structs.replace(template, limit=2))


def test_templates_are_head_offices(chain):
    scoped = Actor(kind="staff", name="E1", permissions=frozenset(permissions.ROLES), stations=frozenset({1}))
    nobody = Actor(kind="staff", name="E2")
    template = make_template()
    for actor in (scoped, nobody):
        for command in (services.create_template, services.change_template):
            with pytest.raises(NotAllowed):
                command(actor, template)
        with pytest.raises(NotAllowed):
            services.retire_template(actor, "wash")
    with pytest.raises(NotFound):
        services.retire_template(HEAD_OFFICE, "none")


def test_figures_tell_what_became_of_coupons(chain):
    make_template(uses=2)
    make_template("old", valid_days=1)
    members = chain.enrol(4)
    coupons = give("wash", *members)
    give("old", members[0], occurred_at=clock.now() - timedelta(days=9))
    services.mark_seen(HEAD_OFFICE, [coupons[0].id, coupons[1].id, coupons[1].id])
    use = a_use(coupons[0], members[0])
    records.use([use, a_use(coupons[1], members[1])])
    records.restore([use.sale_id])
    services.void_coupons(HEAD_OFFICE, [coupons[3].id], "a mistake")
    known = queries.live_templates()
    found = queries.figures([known["wash"].id, known["old"].id])
    wash, old = found[known["wash"].id], found[known["old"].id]
    assert wash[:6] == (4, 2, 1, 1, 1, 0)
    assert old[:6] == (1, 0, 0, 0, 0, 1)
