"""Rules of gifts and referrals handed in by one person and let by another: what is in force stays until then."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from msgspec.structs import replace

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.faces.backoffice.screens.occasion_reviews import state_of
from forecourt.kernel import clock, reviews, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.kernel.values import Outcome
from forecourt.occasions import queries, services
from forecourt.occasions.models import Referral, RulesVersionRow
from forecourt.occasions.values import GiftRules, ReferralRules, Reward, RulesKind
from forecourt.organisation import services as organisation
from forecourt.organisation.values import CompanyFacts
from tests.occasions.conftest import CHIEF, REFERRAL, begin_to_hold
from tests.sales.scenes import HEAD_OFFICE
from tests.sales.scenes import events as told

BIRTHDAY = RulesKind.BIRTHDAY
MARKETER = Actor(kind="staff", id=7, name="marketer", permissions=frozenset({"occasions.view", "occasions.edit_rules"}))
FIRST, SECOND, THIRD = (GiftRules(points=points) for points in (100, 200, 300))


def numbers() -> list[tuple[int, int | None, str]]:
    """(version, points, how it stands) of the birthday's versions, the newest first."""
    now = clock.now()
    return [
        (one.version, one.rules.points if one.rules else None, state_of(one, now))
        for one in queries.rules_versions(BIRTHDAY)
    ]


def test_rules_hold_once_somebody_else_has_approved_them(chain):
    services.save_rules(MARKETER, BIRTHDAY, FIRST)
    services.submit_rules(MARKETER, BIRTHDAY, " for the anniversary year ")
    assert queries.rules_of(BIRTHDAY).live is None
    for actor in (MARKETER, replace(CHIEF, name=MARKETER.name)):
        with pytest.raises(NotAllowed):
            services.approve_rules(actor, BIRTHDAY)
    assert services.approve_rules(CHIEF, BIRTHDAY) == 1
    view = queries.rules_of(BIRTHDAY)
    assert (view.live, view.version, view.review) == (FIRST, 1, None)
    (version,) = queries.rules_versions(BIRTHDAY)
    assert (version.note, version.submitted_by, version.published_by, version.before) == (
        "for the anniversary year",
        "staff:marketer",
        "staff:chief",
        None,
    )
    assert [event["version"] for event in told("occasion.rules_published.v1") if event["kind"] == "birthday"] == [1]
    said = AuditEntry.objects.filter(subject="occasion:birthday").order_by("id").values_list("action", flat=True)
    assert list(said) == ["occasion.edit", "occasion.submit", "occasion.approve"]


def test_what_is_in_force_stays_until_its_change_is_approved_and_every_version_is_kept(chain):
    begin_to_hold(BIRTHDAY, FIRST)
    before = clock.now()
    services.save_rules(MARKETER, BIRTHDAY, SECOND)
    services.submit_rules(MARKETER, BIRTHDAY)
    assert queries.rules_of(BIRTHDAY).live == FIRST
    with pytest.raises(Conflict, match="in review"):
        services.save_rules(MARKETER, BIRTHDAY, THIRD)
    with pytest.raises(Conflict, match="in review"):
        services.submit_rules(MARKETER, BIRTHDAY)
    assert services.approve_rules(CHIEF, BIRTHDAY) == 2
    assert numbers() == [(2, 200, "active"), (1, 100, "past")]
    assert queries.rules_versions(BIRTHDAY)[0].before == FIRST
    assert queries.rules_at(BIRTHDAY, before).version == 1
    assert queries.rules_at(BIRTHDAY, before - timedelta(days=1)) is None
    (review, *_rest) = queries.decided_rules(BIRTHDAY)
    assert (review.before["points"], review.body["rules"]["points"]) == (100, 200)
    with pytest.raises(Conflict, match="change something first"):
        services.submit_rules(MARKETER, BIRTHDAY)


def test_rules_are_sent_back_with_a_reason_or_withdrawn_and_stay_a_draft(chain):
    services.save_rules(MARKETER, BIRTHDAY, FIRST)
    services.submit_rules(MARKETER, BIRTHDAY)
    with pytest.raises(NotAllowed):
        services.refuse_rules(MARKETER, BIRTHDAY, "no")
    with pytest.raises(Invalid):
        services.refuse_rules(CHIEF, BIRTHDAY, " ")
    services.refuse_rules(CHIEF, BIRTHDAY, "too dear")
    assert queries.decided_rules(BIRTHDAY)[0].answer == "too dear"
    services.submit_rules(MARKETER, BIRTHDAY)
    services.withdraw_rules(MARKETER, BIRTHDAY)
    for decide in (services.approve_rules, services.withdraw_rules):
        with pytest.raises(Conflict):
            decide(CHIEF, BIRTHDAY)
    assert (queries.rules_of(BIRTHDAY).draft, numbers()) == (FIRST, [])


def test_one_person_does_both_where_the_company_says_so(chain):
    services.save_rules(CHIEF, BIRTHDAY, FIRST)
    services.submit_rules(CHIEF, BIRTHDAY)
    with pytest.raises(NotAllowed):
        services.approve_rules(CHIEF, BIRTHDAY)
    organisation.set_company(CHIEF, CompanyFacts(name="Alone", solo_approval=True))
    assert services.approve_rules(CHIEF, BIRTHDAY) == 1


def test_rules_begin_when_they_say_and_what_is_decided_later_takes_their_place(chain):
    begin_to_hold(BIRTHDAY, FIRST)
    with pytest.raises(Invalid) as problem:
        services.submit_rules(MARKETER, BIRTHDAY, valid_from=clock.now() - timedelta(minutes=1))
    assert list(problem.value.fields) == ["valid_from"]
    tomorrow = clock.now() + timedelta(days=1)
    begin_to_hold(BIRTHDAY, SECOND, tomorrow)
    assert numbers() == [(2, 200, "coming"), (1, 100, "active")]
    assert queries.rules_at(BIRTHDAY, tomorrow).version == 2
    with pytest.raises(Conflict, match="change something first"):
        services.submit_rules(MARKETER, BIRTHDAY)
    assert [one.version for one in queries.rules_of(BIRTHDAY).coming] == [2]
    begin_to_hold(BIRTHDAY, FIRST)
    assert numbers() == [(3, 100, "active"), (2, 200, "none"), (1, 100, "past")]
    assert queries.rules_at(BIRTHDAY, tomorrow).version == 3


def test_a_moment_that_has_passed_before_the_approval_is_the_approval(chain):
    services.save_rules(MARKETER, BIRTHDAY, FIRST)
    services.submit_rules(MARKETER, BIRTHDAY, valid_from=clock.now() + timedelta(hours=1))
    sql.run(
        "UPDATE kernel_review SET body = jsonb_set(body, '{valid_from}', to_jsonb((now() - interval '1 hour')::text)) "
        "WHERE outcome = 'open'"
    )
    before = clock.now()
    services.approve_rules(CHIEF, BIRTHDAY)
    assert queries.rules_versions(BIRTHDAY)[0].valid_from >= before


def test_stopping_is_at_once_takes_what_was_to_begin_too_and_ends_the_review(chain):
    begin_to_hold(BIRTHDAY, FIRST)
    begin_to_hold(BIRTHDAY, SECOND, clock.now() + timedelta(days=1))
    services.save_rules(MARKETER, BIRTHDAY, THIRD)
    services.submit_rules(MARKETER, BIRTHDAY)
    assert services.stop_rules(MARKETER, BIRTHDAY, " the budget is spent ") == 3
    assert numbers() == [(3, None, "active"), (2, 200, "none"), (1, 100, "past")]
    view = queries.rules_of(BIRTHDAY)
    assert (view.live, view.version, view.draft, view.review) == (None, 3, THIRD, None)
    review = queries.decided_rules(BIRTHDAY)[0]
    assert (review.outcome, review.answer) == (Outcome.WITHDRAWN, "Giving was stopped.")
    assert queries.rules_versions(BIRTHDAY)[0].note == "the budget is spent"
    with pytest.raises(Conflict, match="nothing to stop"):
        services.stop_rules(MARKETER, BIRTHDAY)
    assert begin_to_hold(BIRTHDAY, FIRST) == 4


def test_rules_that_give_nothing_or_what_is_not_there_are_not_handed_in(chain):
    coupons.create_template(HEAD_OFFICE, Template(code="later", name="later", delay_days=10))
    with pytest.raises(Conflict, match="no draft"):
        services.submit_rules(HEAD_OFFICE, BIRTHDAY)
    for rules, field in (
        (GiftRules(), "points"),
        (GiftRules(template="nowhere"), "template"),
        (GiftRules(points=1, tiers=("platinum",)), "tiers"),
        (GiftRules(template="later", days_before=2, days_after=7), "template"),
    ):
        services.save_rules(HEAD_OFFICE, BIRTHDAY, rules)
        with pytest.raises(Invalid) as problem:
            services.submit_rules(HEAD_OFFICE, BIRTHDAY)
        assert list(problem.value.fields) == [field]
    with pytest.raises(Invalid):
        services.save_rules(HEAD_OFFICE, BIRTHDAY, ReferralRules())
    manager = Actor(kind="staff", name="m", permissions=MARKETER.permissions, stations=frozenset({1}))
    for command in (
        lambda: services.save_rules(manager, BIRTHDAY, FIRST),
        lambda: services.submit_rules(manager, BIRTHDAY),
        lambda: services.stop_rules(manager, BIRTHDAY),
    ):
        with pytest.raises(NotAllowed, match="all stations"):
            command()
    assert reviews.open_reviews("occasion") == []


def test_a_coupon_that_is_gone_by_then_is_not_approved(chain):
    services.save_rules(MARKETER, BIRTHDAY, GiftRules(template="cake"))
    services.submit_rules(MARKETER, BIRTHDAY)
    sql.run("UPDATE coupons_coupontemplate SET is_live = false WHERE code = 'cake'")
    with pytest.raises(Invalid) as problem:
        services.approve_rules(CHIEF, BIRTHDAY)
    assert list(problem.value.fields) == ["template"]
    assert (numbers(), [one.key for one in reviews.open_reviews("occasion")]) == ([], ["birthday"])


def test_a_referral_keeps_the_terms_it_was_made_under(chain):
    referrer, friend, other = chain.enrol(3)
    code = services.referral_code(HEAD_OFFICE, referrer)
    services.make_referral(HEAD_OFFICE, friend, code)
    dearer = replace(REFERRAL, referrer=Reward(points=999), minimum_amount=Decimal(50))
    begin_to_hold(RulesKind.REFERRAL, dearer)
    services.make_referral(HEAD_OFFICE, other, code)
    services.stop_rules(HEAD_OFFICE, RulesKind.REFERRAL)
    terms = Referral.objects.order_by("id").values_list("terms__referrer__points", flat=True)
    assert list(terms) == [300, 999]


def test_what_was_live_becomes_the_version_it_was(committed):
    """The migration, forwards and back."""
    executor = MigrationExecutor(connection)
    executor.migrate([("occasions", "0001_initial")])
    try:
        sql.run(
            "INSERT INTO occasions_occasionrules "
            "(kind, draft, live, version, edited_at, edited_by, published_at, published_by) VALUES "
            """('birthday', '{"points": 5}', '{"points": 7}', 3, now(), 'staff:m', '2026-01-02T03:04:05Z', 'staff:m'), """
            """('referral', '{}', NULL, 2, now(), 'staff:m', '2026-01-02T03:04:05Z', 'staff:m'), """
            """('anniversary', '{"points": 1}', NULL, 0, now(), 'staff:m', NULL, '')"""
        )
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes("occasions"))
    rows = RulesVersionRow.objects.order_by("kind").values_list("kind", "version", "body__points", "published_by")
    assert list(rows) == [("birthday", 3, 7, "staff:m"), ("referral", 3, None, "staff:m")]
    assert queries.rules_of(BIRTHDAY).live == GiftRules(points=7)
    assert queries.rules_of(RulesKind.REFERRAL).live is None
    assert queries.rules_of(RulesKind.ANNIVERSARY).version == 0
    assert begin_to_hold(RulesKind.ANNIVERSARY, FIRST) == 1
    executor = MigrationExecutor(connection)
    executor.migrate([("occasions", "0001_initial")])
    try:
        found = sql.rows("SELECT kind, version, live ->> 'points' FROM occasions_occasionrules ORDER BY kind")
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes("occasions"))
    assert found == [("anniversary", 1, "100"), ("birthday", 3, "7"), ("referral", 3, None)]
