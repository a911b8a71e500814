"""Events handed in by one person and let by another, and the coupon that attending gives."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.customers import services as customers
from forecourt.kernel import clock, reviews, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.kernel.values import Outcome
from forecourt.occasions import queries, services
from forecourt.occasions.values import EventState
from forecourt.organisation import services as organisation
from forecourt.organisation.values import CompanyFacts
from tests.occasions.at_events import begin, join
from tests.occasions.conftest import CHIEF, an_event, announce, coupons_of, furnished, opened
from tests.sales.scenes import HEAD_OFFICE, Chain, day_of, differences, everything_proves, points
from tests.sales.scenes import events as told

MANAGER = Actor(kind="staff", id=7, name="manager", permissions=frozenset({"occasions.view", "occasions.edit_events"}))


@pytest.fixture
def chain(committed) -> Chain:
    return furnished()


def state(event_id: int) -> EventState:
    return queries.member_event(event_id).state


def test_members_sign_up_once_somebody_else_has_approved_the_event(chain):
    (member,) = chain.enrol()
    event = services.make_event(MANAGER, an_event(points=5))
    services.submit_event(MANAGER, event, " for families ")
    with pytest.raises(Conflict, match="not announced"):
        join(event, member)
    with pytest.raises(Conflict, match="in review"):
        services.change_event(MANAGER, event, an_event(points=500))
    with pytest.raises(Conflict, match="in review"):
        services.submit_event(MANAGER, event)
    for actor in (MANAGER, replace(CHIEF, name=MANAGER.name)):
        with pytest.raises(NotAllowed):
            services.approve_event(actor, event)
    services.approve_event(CHIEF, event)
    assert (state(event), [one["event_id"] for one in told("member_event.opened.v1")]) == (EventState.OPEN, [event])
    join(event, member)
    (review,) = queries.event_reviews(event)
    assert (review.note, review.body["points"], review.submitted_by, review.decided_by) == (
        "for families",
        5,
        "staff:manager",
        "staff:chief",
    )
    for more in (0, 6, 500):
        with pytest.raises(Invalid, match="5 were approved"):
            services.change_event(MANAGER, event, an_event(points=more))
    services.change_event(MANAGER, event, an_event(title="车主日", points=5))
    assert queries.member_event(event).title == "车主日"


def test_an_event_is_sent_back_withdrawn_or_called_off_while_in_review(chain):
    event = services.make_event(MANAGER, an_event())
    services.submit_event(MANAGER, event)
    with pytest.raises(Invalid):
        services.refuse_event(CHIEF, event, " ")
    services.refuse_event(CHIEF, event, "no budget")
    services.change_event(MANAGER, event, an_event(title="车主日"))
    services.submit_event(MANAGER, event)
    services.withdraw_event(MANAGER, event)
    for decide in (services.approve_event, services.withdraw_event):
        with pytest.raises(Conflict):
            decide(CHIEF, event)
    services.submit_event(MANAGER, event)
    services.cancel_event(MANAGER, event, "下雨")
    assert reviews.open_reviews("event") == []
    assert [(one.outcome, one.answer) for one in queries.event_reviews(event)] == [
        (Outcome.WITHDRAWN, "The event was called off."),
        (Outcome.WITHDRAWN, ""),
        (Outcome.REFUSED, "no budget"),
    ]
    with pytest.raises(Conflict, match="over or cancelled"):
        services.submit_event(MANAGER, event)


def test_an_event_for_a_tier_that_there_is_not_is_not_handed_in(chain):
    event = services.make_event(MANAGER, an_event(tiers=("gold", "gld")))
    with pytest.raises(Invalid) as problem:
        services.submit_event(MANAGER, event)
    assert list(problem.value.fields) == ["tiers"]
    services.change_event(MANAGER, event, an_event(tiers=("gold",)))
    services.submit_event(MANAGER, event)


def test_one_person_does_both_where_the_company_says_so(chain):
    event = services.make_event(CHIEF, an_event())
    services.submit_event(CHIEF, event)
    with pytest.raises(NotAllowed):
        services.approve_event(CHIEF, event)
    organisation.set_company(CHIEF, CompanyFacts(name="Alone", solo_approval=True))
    services.approve_event(CHIEF, event)
    assert state(event) is EventState.OPEN


def test_attending_gives_points_and_a_coupon_once(chain):
    first, second, absent = chain.enrol(3)
    event = opened(points=50, template="cake")
    codes = [services.sign_up(HEAD_OFFICE, event, one).code for one in (first, second, absent)]
    begin(event)
    done = services.check_in(HEAD_OFFICE, event, codes[0])
    assert (done.points, done.template, done.sign_up.template) == (50, "cake", "cake")
    again = services.check_in(HEAD_OFFICE, event, codes[0])
    assert (again.points, again.template, again.was_there) == (0, "", True)
    services.check_in(HEAD_OFFICE, event, codes[1])
    assert [points(one) for one in (first, second, absent)] == [50, 50, 0]
    given = [("cake", f"event:{event}")]
    assert [coupons_of(one) for one in (first, second, absent)] == [given, given, []]
    assert [one["template"] for one in told("member_event.attended.v1")] == ["cake", "cake"]
    assert [one["origin"] for one in told("coupon.issued.v1")] == [f"event:{event}"] * 2
    customers.merge_customers(HEAD_OFFICE, first, second)
    everything_proves()


def test_an_event_may_give_a_coupon_alone(chain):
    (member,) = chain.enrol()
    event = opened(template="wash")
    code = services.sign_up(HEAD_OFFICE, event, member).code
    begin(event)
    assert services.check_in(HEAD_OFFICE, event, code).template == "wash"
    assert (points(member), coupons_of(member)) == (0, [("wash", f"event:{event}")])
    everything_proves()


def test_a_coupon_has_to_be_issued_one_by_one_and_stands_once_announced(chain):
    coupons.create_template(HEAD_OFFICE, Template(code="code", name="code", kind="generic", generic_code="GO2026"))
    for code in ("nowhere", "code"):
        with pytest.raises(Invalid) as problem:
            services.make_event(HEAD_OFFICE, an_event(template=code))
        assert list(problem.value.fields) == ["template"]
    event = services.make_event(HEAD_OFFICE, an_event(template="cake"))
    services.change_event(HEAD_OFFICE, event, an_event(template="wash"))
    announce(event)
    for code in ("cake", "coffee"):
        with pytest.raises(Invalid, match="take it off"):
            services.change_event(HEAD_OFFICE, event, an_event(template=code))
    sql.run("UPDATE coupons_coupontemplate SET is_live = false WHERE code = 'wash'")
    services.change_event(HEAD_OFFICE, event, an_event(title="车主日", template="wash"))
    services.change_event(HEAD_OFFICE, event, an_event())
    assert queries.member_event(event).template == ""


def test_a_coupon_that_would_be_over_on_the_day_of_the_event_is_not_handed_in(chain):
    starts_at = clock.now() + timedelta(days=40)
    wash = Template(code="brief", name="brief", valid_until=day_of(starts_at) - timedelta(days=1))
    coupons.create_template(HEAD_OFFICE, wash)
    event = services.make_event(HEAD_OFFICE, an_event(template="brief", starts_at=starts_at))
    with pytest.raises(Invalid) as problem:
        services.submit_event(HEAD_OFFICE, event)
    assert list(problem.value.fields) == ["template"]
    coupons.change_template(HEAD_OFFICE, replace(wash, valid_until=day_of(starts_at)))
    services.submit_event(HEAD_OFFICE, event)


def test_a_coupon_that_is_gone_is_told_and_nothing_is_given_by_halves(chain):
    (member,) = chain.enrol()
    event = services.make_event(HEAD_OFFICE, an_event(template="cake", points=5))
    services.submit_event(HEAD_OFFICE, event)
    sql.run("UPDATE coupons_coupontemplate SET is_live = false WHERE code = 'cake'")
    with pytest.raises(Invalid, match="one by one"):
        services.approve_event(CHIEF, event)
    sql.run("UPDATE coupons_coupontemplate SET is_live = true WHERE code = 'cake'")
    services.approve_event(CHIEF, event)
    code = services.sign_up(HEAD_OFFICE, event, member).code
    begin(event)
    sql.run("UPDATE coupons_coupontemplate SET is_live = false WHERE code = 'cake'")
    with pytest.raises(Invalid) as problem:
        services.check_in(HEAD_OFFICE, event, code)
    assert "cake" in str(problem.value)
    assert (points(member), coupons_of(member)) == (0, [])
    sql.run("UPDATE coupons_coupontemplate SET is_live = true WHERE code = 'cake'")
    assert services.check_in(HEAD_OFFICE, event, code).template == "cake"
    everything_proves()


@pytest.mark.parametrize(
    "alter",
    [
        "UPDATE occasions_signup SET template = 'wash'",
        "UPDATE occasions_signup SET template = ''",
        "UPDATE occasions_signup SET state = 'absent'",
        "UPDATE occasions_signup SET paid_id = paid_id + 1",
        "UPDATE coupons_coupon SET origin = 'event:0'",
        "UPDATE coupons_coupon SET issued_to = issued_to + 1",
        "DELETE FROM coupons_coupon",
    ],
)
def test_what_was_altered_about_a_coupon_of_an_event_is_found(chain, alter):
    (member,) = chain.enrol()
    event = opened(template="cake")
    code = services.sign_up(HEAD_OFFICE, event, member).code
    begin(event)
    services.check_in(HEAD_OFFICE, event, code)
    everything_proves()
    sql.run(alter)
    assert "coupons of events" in differences()
