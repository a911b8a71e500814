"""The programme drafted, handed in, decided by somebody else, scheduled and withdrawn, on PostgreSQL."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from msgspec.structs import replace

from forecourt.coupons import services as coupons
from forecourt.coupons.models import CouponTemplate
from forecourt.coupons.values import CouponKind, Template
from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound, Problem
from forecourt.kernel.values import Outcome
from forecourt.loyalty import permissions, queries, services
from forecourt.loyalty.values import EarnRate, Every, Expiry, Per, Programme, TierCoupon
from forecourt.organisation import services as organisation
from forecourt.organisation.values import CompanyFacts
from tests.bench.samples import add_sample_products
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, events, open_chain, water

MARKETER = Actor(
    kind="staff",
    id=1,
    name="marketer",
    permissions=frozenset({permissions.EDIT_PROGRAMME, permissions.VIEW_PROGRAMME}),
)
CHIEF = Actor(
    kind="staff",
    id=2,
    name="chief",
    permissions=frozenset({permissions.EDIT_PROGRAMME, permissions.VIEW_PROGRAMME, permissions.APPROVE_PROGRAMME}),
)
RENAMED = replace(PROGRAMME, name="新计划")


def soon(hours: float = 24):
    return clock.now() + timedelta(hours=hours)


def handed_in(programme: Programme = RENAMED, by: Actor = MARKETER, **more) -> int:
    services.draft_programme(by, programme)
    return services.submit_programme(by, "a new name", **more)


def in_force() -> Programme:
    return queries.programme_at(clock.now())


def test_a_draft_changes_nothing_until_somebody_else_approves_it(db):
    first = services.publish_programme(SYSTEM, PROGRAMME)
    review = handed_in()
    assert in_force().name == PROGRAMME.name
    version = services.approve_programme(CHIEF, review)
    assert version > first
    assert in_force() == replace(RENAMED, version=version)
    decided = queries.review(review)
    assert (decided.outcome, decided.decided_by, decided.version) == (Outcome.APPROVED, "staff:chief", version)
    newest = queries.published()[0]
    assert (newest.published_by, newest.submitted_by, newest.note) == ("staff:chief", "staff:marketer", "a new name")
    assert (newest.before.version, newest.programme.version) == (first, version)
    assert [entry.action for entry in AuditEntry.objects.filter(actor="staff:chief")] == ["programme.approve"]
    assert [event["version"] for event in events("rulebook.published.v1")] == [first, version]


def test_nobody_approves_what_they_handed_in_unless_the_company_lets_one_person_do_both(db):
    review = handed_in(by=CHIEF)
    with pytest.raises(NotAllowed, match="somebody else has to approve"):
        services.approve_programme(CHIEF, review)
    organisation.set_company(SYSTEM, CompanyFacts(name="One pump", solo_approval=True))
    assert services.approve_programme(CHIEF, review)


def test_a_marketer_neither_approves_nor_refuses_nor_publishes(db):
    review = handed_in()
    for command in (
        lambda: services.approve_programme(MARKETER, review),
        lambda: services.refuse_programme(MARKETER, review, "no"),
        lambda: services.publish_programme(MARKETER, PROGRAMME),
    ):
        with pytest.raises(NotAllowed):
            command()


def test_who_acts_for_some_stations_only_does_not_change_the_programme_of_all(db):
    limited = replace(CHIEF, stations=frozenset({1}))
    with pytest.raises(NotAllowed, match="for all of them"):
        services.draft_programme(limited, PROGRAMME)
    review = handed_in()
    with pytest.raises(NotAllowed, match="for all of them"):
        services.approve_programme(limited, review)


def test_what_was_handed_in_stays_as_it_was_however_the_draft_goes_on(db):
    review = handed_in()
    services.draft_programme(MARKETER, replace(RENAMED, name="half done", rates=()))
    version = services.approve_programme(CHIEF, review)
    assert queries.rulebooks().version(version).programme.name == "新计划"
    assert queries.draft().name == "half done"


def test_refused_with_a_reason_it_can_be_handed_in_again(db):
    review = handed_in()
    with pytest.raises(Invalid) as caught:
        services.refuse_programme(CHIEF, review, "  ")
    assert list(caught.value.fields) == ["reason"]
    services.refuse_programme(CHIEF, review, "the name is taken")
    refused = queries.review(review)
    assert (refused.outcome, refused.reason, refused.version) == (Outcome.REFUSED, "the name is taken", None)
    assert queries.open_review() is None
    assert services.submit_programme(MARKETER) > review


def test_one_review_at_a_time_and_it_can_be_withdrawn(db):
    review = handed_in()
    with pytest.raises(Conflict, match="marketer handed in waits"):
        services.submit_programme(CHIEF)
    services.withdraw_programme(MARKETER, review)
    for decide in (
        lambda: services.approve_programme(CHIEF, review),
        lambda: services.refuse_programme(CHIEF, review, "no"),
        lambda: services.withdraw_programme(MARKETER, review),
    ):
        with pytest.raises(Conflict, match="withdrawn already by marketer"):
            decide()
    with pytest.raises(NotFound):
        services.approve_programme(CHIEF, review + 1)


def test_a_draft_that_says_what_is_in_force_is_not_handed_in(db):
    with pytest.raises(NotFound, match="write one first"):
        services.submit_programme(MARKETER)
    services.publish_programme(SYSTEM, PROGRAMME)
    with pytest.raises(Conflict, match="change something first"):
        handed_in(PROGRAMME)


def test_who_saves_over_somebody_elses_draft_is_told(db):
    seen = services.draft_programme(MARKETER, PROGRAMME)
    services.draft_programme(CHIEF, RENAMED, revision=seen.revision)
    with pytest.raises(Conflict, match="chief saved the draft meanwhile"):
        services.draft_programme(MARKETER, PROGRAMME, revision=seen.revision)
    with pytest.raises(Conflict, match="saved again"):
        services.submit_programme(MARKETER, revision=seen.revision)
    assert queries.draft().name == "新计划"


def test_a_version_begins_when_it_was_meant_to_and_can_be_withdrawn_until_then(db):
    first = services.publish_programme(SYSTEM, PROGRAMME)
    version = services.approve_programme(CHIEF, handed_in(valid_from=soon()))
    assert in_force().version == first
    assert queries.programme_at(soon(25)).version == version
    with pytest.raises(NotAllowed):
        services.withdraw_version(MARKETER, version)
    services.withdraw_version(CHIEF, version)
    assert queries.programme_at(soon(25)).version == first
    assert queries.rulebooks().version(version).programme.name == "新计划"  # sales rated by it stay explained
    queries.forget()
    assert queries.programme_at(soon(25)).version == first
    withdrawn = queries.published()[0]
    assert (withdrawn.programme.version, withdrawn.withdrawn_by) == (version, "staff:chief")
    with pytest.raises(Conflict, match="withdrawn already"):
        services.withdraw_version(CHIEF, version)
    with pytest.raises(Conflict, match="in force"):
        services.withdraw_version(CHIEF, first)


def test_a_withdrawn_version_is_not_what_the_next_one_is_compared_with(db):
    first = services.publish_programme(SYSTEM, PROGRAMME)
    future = services.publish_programme(SYSTEM, RENAMED, valid_from=soon())
    later = services.publish_programme(SYSTEM, replace(PROGRAMME, name="later"), valid_from=soon(48))
    now = services.publish_programme(SYSTEM, replace(PROGRAMME, name="now"))
    before = lambda: {one.programme.version: one.before.version for one in queries.published()}  # noqa: E731
    assert before() == {first: 0, future: now, later: future, now: first}
    services.withdraw_version(CHIEF, future)
    assert before() == {first: 0, future: now, later: now, now: first}


def test_a_time_that_is_past_is_no_time_to_begin(db):
    services.draft_programme(MARKETER, RENAMED)
    with pytest.raises(Invalid) as caught:
        services.submit_programme(MARKETER, valid_from=soon(-1))
    assert list(caught.value.fields) == ["valid_from"]


def test_approved_late_it_begins_at_once_and_not_before(db, monkeypatch):
    review = handed_in(valid_from=soon(1))
    later = soon(3)
    monkeypatch.setattr(clock, "now", lambda: later)
    version = services.approve_programme(CHIEF, review)
    assert next(one.valid_from for one in queries.published() if one.programme.version == version) == later


def test_a_version_is_copied_back_into_the_draft(db):
    first = services.publish_programme(SYSTEM, PROGRAMME)
    services.draft_programme(MARKETER, RENAMED)
    assert services.restore_programme(MARKETER, first).programme == PROGRAMME
    assert queries.draft() == PROGRAMME
    with pytest.raises(NotFound):
        services.restore_programme(MARKETER, first + 1)


def test_tiers_of_the_draft_rise_whatever_order_they_came_in(db):
    services.draft_programme(MARKETER, replace(PROGRAMME, tiers=PROGRAMME.tiers[::-1]))
    assert queries.draft().tiers == PROGRAMME.tiers


TIERS = PROGRAMME.tiers
RATE = EarnRate(code="r", points=Decimal(1), per=Per.UNIT, kind="fuel")


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"name": " "}, "name", "give the programme a name"),
        ({"tier_window_days": 0}, "tier_window_days", "0 is out of bounds; give 1 to 3660"),
        ({"grace_days": 400}, "grace_days", "400 is out of bounds"),
        ({"business_tier": "platinum"}, "business_tier", "'platinum' is no tier"),
        ({"expiry": Expiry.ACTIVITY, "points_life_months": 0}, "points_life_months", "give at least 1"),
        ({"expiry": Expiry.CALENDAR, "points_life_months": 0}, "points_life_months", "give at least 1"),
        ({"expiry": Expiry.CALENDAR, "year_ends": "31.12."}, "year_ends", "give month and day such as 12-31"),
        ({"points_life_months": 1, "pending_days": 31}, "pending_days", "nobody could ever spend"),
        ({"spend_minimum": 150, "spend_step": 100}, "spend_minimum", "give 100 or 200"),
        ({"point_value": Decimal("0.00001")}, "point_value", "more than 4 decimal places"),
        ({"tiers": TIERS[1:]}, "tiers.0.threshold", "no tier begins at 0"),
        ({"tiers": (*TIERS, replace(TIERS[2], code="x"))}, "tiers.3.threshold", "threshold of another tier"),
        ({"tiers": (*TIERS, replace(TIERS[2], threshold=Decimal(9000)))}, "tiers.3.code", "code of another one"),
        ({"tiers": (TIERS[0], replace(TIERS[1], keep=Decimal(501)))}, "tiers.1.keep", "501 is more than the 500"),
        ({"tiers": (TIERS[0], replace(TIERS[1], shop_percent=Decimal(101)))}, "tiers.1.shop_percent", "give 0 to 100"),
        ({"tiers": (TIERS[0], replace(TIERS[1], code="two words"))}, "tiers.1.code", "letters a-z"),
        ({"tiers": (replace(TIERS[0], name=""),)}, "tiers.0.name", "members read it"),
        (
            {"tiers": (replace(TIERS[0], coupons=(TierCoupon(template="WASH"),) * 2),)},
            "tiers.0.coupons.1.template",
            "twice",
        ),
        (
            {"tiers": (replace(TIERS[0], coupons=(TierCoupon(template="WASH"),)),)},
            "tiers.0.coupons.0.template",
            "no coupon",
        ),
        ({"rates": (replace(RATE, points=Decimal(-1)),)}, "rates.0.points", "-1 is out of bounds"),
        ({"rates": (RATE, RATE)}, "rates.1.code", "code of another one"),
        ({"rates": (RATE, replace(RATE, code="s", points=Decimal(2)))}, "rates.0.points", "never applies: 's'"),
        ({"rates": (replace(RATE, kind="goods", family="petrol"),)}, "rates.0.family", "never applies"),
        ({"rates": (replace(RATE, product="97"),)}, "rates.0.product", "'97' is no product"),
        ({"rates": (replace(RATE, kind="goods", product="92"),)}, "rates.0.product", "never applies"),
        ({"rates": (replace(RATE, category="SHOP/NOWHERE"),)}, "rates.0.category", "no category"),
        ({"rates": (replace(RATE, stations=("S999",)),)}, "rates.0.stations", "'S999' is no station"),
    ],
)
def test_a_fault_is_named_with_its_field_and_the_remedy(db, change, path, said):
    add_sample_products()
    programme = replace(PROGRAMME, **change)
    assert services.faults(PROGRAMME) == {}
    services.draft_programme(MARKETER, programme)  # half done is kept
    with pytest.raises(Invalid) as caught:
        services.submit_programme(MARKETER)
    assert said in caught.value.fields[path]
    assert path in caught.value.detail


def test_rates_for_overlapping_stations_or_other_tenders_all_apply(db):
    rates = (
        RATE,
        replace(RATE, code="cash", tender="cash", points=Decimal(2)),
        replace(RATE, code="here", stations=("S1", "S2")),
        replace(RATE, code="there", stations=("S2", "S3"), points=Decimal(3)),
    )
    assert services.check_programme(replace(PROGRAMME, rates=rates)) is None
    inside = replace(RATE, code="inside", stations=("S2",), points=Decimal(1))
    with pytest.raises(Invalid, match="never applies"):
        services.check_programme(replace(PROGRAMME, rates=(*rates, inside)))


def test_a_coupon_of_a_tier_must_be_one_that_can_be_issued(db):
    tier = replace(TIERS[1], coupons=(TierCoupon(template="WASH", every=Every.MONTH),))
    services.draft_programme(MARKETER, replace(PROGRAMME, tiers=(TIERS[0], tier)))
    _template("WASH", is_live=False)
    with pytest.raises(Invalid, match="no coupon that can be issued"):
        services.submit_programme(MARKETER)
    CouponTemplate.objects.update(is_live=True)
    review = services.submit_programme(MARKETER)
    CouponTemplate.objects.all().delete()
    with pytest.raises(Invalid, match="no coupon that can be issued"):
        services.approve_programme(CHIEF, review)


def _template(code: str, *, is_live: bool) -> None:
    CouponTemplate.objects.create(
        code=code, is_live=is_live, body={"code": code, "name": "洗车"}, created_at=clock.now(), created_by="x"
    )


def test_a_sale_is_rated_by_the_version_in_force_when_it_occurred(db):
    chain = open_chain()
    chain.enrol()
    rates = tuple(replace(rate, points=rate.points * 3) for rate in PROGRAMME.rates)
    services.approve_programme(CHIEF, handed_in(replace(PROGRAMME, rates=rates)))
    before = chain.post_one("1", 1, water(2))
    after = chain.post_one("2", 1, water(2), occurred_at=clock.now())
    assert (before.points.earned, after.points.earned) == (10, 30)


def at_once(*commands) -> list[object]:
    """What each command answered, or the problem it met, all begun together on connections of their own."""
    gate, answers = threading.Barrier(len(commands)), [None] * len(commands)

    def run(place: int) -> None:
        try:
            gate.wait()
            answers[place] = commands[place]()
        except Problem as problem:
            answers[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(commands))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_approvals_and_a_refusal_at_once_decide_once(committed):
    for round_ in range(5):
        review = handed_in(replace(PROGRAMME, name=f"round {round_}"))
        before = len(queries.published())
        answers = at_once(
            lambda review=review: services.approve_programme(CHIEF, review),
            lambda review=review: services.approve_programme(HEAD_OFFICE, review),
            lambda review=review: services.refuse_programme(HEAD_OFFICE, review, "no"),
        )
        assert sum(isinstance(answer, Conflict) for answer in answers) == 2, answers
        approved = queries.review(review).outcome is Outcome.APPROVED
        assert len(queries.published()) == before + approved


def test_two_who_hand_in_at_once_leave_one_review(committed):
    services.draft_programme(MARKETER, PROGRAMME)
    answers = at_once(
        *[lambda actor=actor: services.submit_programme(actor) for actor in (MARKETER, CHIEF, HEAD_OFFICE)]
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 2, answers
    assert len(queries.reviews()) == 1


def test_a_code_for_everybody_is_no_coupon_of_a_tier(db):
    coupons.create_template(
        HEAD_OFFICE, Template(code="WASH", name="通用码", kind=CouponKind.GENERIC, generic_code="WASH2026")
    )
    programme = replace(PROGRAMME, tiers=(replace(TIERS[0], coupons=(TierCoupon(template="WASH"),)), *TIERS[1:]))
    assert services.faults(programme).keys() == {"tiers.0.coupons.0.template"}
