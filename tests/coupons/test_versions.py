"""What templates said before stays: a change is a version from a moment on; coupons are issued by that of their time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from msgspec.structs import replace

from forecourt.coupons import queries, records, services
from forecourt.coupons.values import CouponKind, NewCoupon, Template
from forecourt.kernel import clock, sql, stamps
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from tests.api.conftest import new_caller
from tests.coupons.scenes import HEAD_OFFICE, give, make_template
from tests.sales.scenes import ago, day_of

ANNA = Actor(kind="staff", id=5, name="anna", everything=True)


def said_by(code: str) -> list[tuple]:
    number = queries.templates([code])[code].id
    return [(one.number, one.template.valid_days, one.published_by) for one in queries.versions(number)]


def test_every_change_is_a_version_from_then_on(chain):
    template = make_template(valid_days=30)
    seen = stamps.read()[queries.STAMP]
    before = clock.now()
    services.change_template(ANNA, replace(template, valid_days=5))
    after = clock.now()
    assert stamps.read()[queries.STAMP] > seen
    assert said_by("wash") == [(2, 5, "staff:anna"), (1, 30, HEAD_OFFICE.label)]
    known = queries.live_templates()["wash"]
    second, first = queries.versions(known.id)
    assert before <= second.valid_from == second.published_at <= after
    assert first.valid_from <= before
    assert [known.at(moment).valid_days for moment in (ago(9), before, second.valid_from, after)] == [30, 30, 5, 5]


def test_what_says_nothing_otherwise_is_no_version_and_retiring_is_none(chain):
    template = make_template()
    services.change_template(ANNA, replace(template, name=" 免费洗车 "))
    services.retire_template(ANNA, "wash")
    services.revive_template(ANNA, "wash")
    assert len(said_by("wash")) == 1
    services.change_template(ANNA, replace(template, name="洗车"))
    assert len(said_by("wash")) == 2
    assert queries.live_templates()["wash"].template.name == "洗车"


def test_a_change_that_is_refused_leaves_no_version(chain):
    template = make_template(limit=2)
    members = chain.enrol(2)
    give("wash", *members)
    for wrong in (replace(template, limit=1), replace(template, kind=CouponKind.GENERIC, generic_code="ALL")):
        with pytest.raises((Invalid, Conflict)):
            services.change_template(ANNA, wrong)
    assert len(said_by("wash")) == 1


def test_coupons_are_issued_by_the_version_of_when_they_are_given(chain):
    with clock.as_of(ago(20)):
        template = make_template(valid_days=10, uses=3)
    with clock.as_of(ago(10)):
        services.change_template(HEAD_OFFICE, replace(template, valid_days=2, uses=1))
    (member,) = chain.enrol()
    moments = (ago(25), ago(12), ago(8), None)
    made = [
        records.issue([NewCoupon(template="wash", customer_id=member, origin=f"o:{at}", occurred_at=at)])[0]
        for at in moments
    ]
    assert [((one.expires_on - one.active_from).days, one.uses) for one in made] == [(9, 3), (9, 3), (1, 1), (1, 1)]
    assert made[1].active_from == day_of(ago(12))


def test_one_that_would_have_ended_before_it_began_then_is_not_issued(chain):
    last = day_of(ago(15))
    with clock.as_of(ago(20)):
        template = make_template(delay_days=2, valid_until=last)
    services.change_template(HEAD_OFFICE, replace(template, valid_until=None))
    (member,) = chain.enrol()
    wanted = NewCoupon(template="wash", customer_id=member, occurred_at=ago(14))
    with pytest.raises(Invalid) as found:
        records.issue([wanted])
    assert list(found.value.fields) == ["template"]
    assert records.issue([wanted], leaving_out=True) == []
    assert len(give("wash", member)) == 1


def test_a_batch_is_made_by_the_version_of_when_it_was_asked_for(chain):
    template = make_template(valid_days=10, uses=2)
    batch_id = services.create_batch(HEAD_OFFICE, "wash", "may", 4)
    services.extend_batch(SYSTEM, batch_id, 2)
    services.change_template(HEAD_OFFICE, replace(template, valid_days=3, uses=1))
    services.extend_batch(SYSTEM, batch_id, 2)
    assert sql.rows("SELECT DISTINCT expires_on - active_from, uses FROM coupons_coupon") == [(9, 2)]


def test_versions_are_read_a_page_at_a_time(chain):
    template = make_template(valid_days=1)
    for days in range(2, 6):
        services.change_template(ANNA, replace(template, valid_days=days))
    caller = new_caller(HEAD_OFFICE, "coupons:read")
    first = caller.get("/coupon-templates/wash/versions?limit=2").json()
    rest = caller.get(f"/coupon-templates/wash/versions?cursor={first['next']}").json()
    assert [one["number"] for one in first["items"] + rest["items"]] == [5, 4, 3, 2, 1]
    assert rest["next"] is None
    newest = first["items"][0]
    assert (newest["template"]["valid_days"], newest["published_by"]) == (5, "staff:anna")
    assert (newest["template"]["name"], newest["template"]["kind"]) == (template.name, "single")
    assert caller.get("/coupon-templates/none/versions").status_code == 404
    assert caller.get("/coupon-templates/wash/versions?cursor=x").status_code == 422
    assert new_caller(HEAD_OFFICE, "offers:read").get("/coupon-templates/wash/versions").status_code == 403


def test_what_templates_said_becomes_their_first_version(committed):
    """The migration, forwards and back."""
    executor = MigrationExecutor(connection)
    executor.migrate([("coupons", "0007_sheets")])
    try:
        sql.run(
            "INSERT INTO coupons_coupontemplate "
            "(code, name, kind, is_live, is_automatic, body, issued, created_at, created_by) "
            """VALUES ('wash', '洗车', 'single', false, true, '{"code": "wash", "name": "洗车", "valid_days": 7, """
            """"is_automatic": true}', 3, '2026-01-02T03:04:05Z', 'staff:m')"""
        )
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes("coupons"))
    known = queries.templates(["wash"])["wash"]
    (version,) = queries.versions(known.id)
    made_at = version.valid_from
    assert version == (1, known.template, made_at, made_at, "staff:m")
    assert (made_at.isoformat(), known.is_live, known.template.valid_days) == ("2026-01-02T03:04:05+00:00", False, 7)
    services.change_template(ANNA, Template(code="wash", name="洗车", valid_days=9))
    assert said_by("wash") == [(2, 9, "staff:anna"), (1, 7, "staff:m")]
    assert known.at(made_at - timedelta(days=1)).valid_days == 7


def test_a_template_that_is_not_there_has_none(chain):
    with pytest.raises(NotFound):
        services.change_template(ANNA, Template(code="wash", name="洗车"))
