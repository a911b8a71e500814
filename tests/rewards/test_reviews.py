"""Rewards handed in by one person and let by another: what is live stays until then."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.faces.backoffice.screens.reward_words import RewardNames, parts
from forecourt.kernel import reviews
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.kernel.values import Outcome
from forecourt.organisation import services as organisation
from forecourt.organisation.values import CompanyFacts
from forecourt.rewards import queries, services
from forecourt.rewards.values import Reward, RewardKind, RewardState
from tests.rewards.windows import CHIEF, MUG, WASH, somebody
from tests.sales.scenes import points

MARKETER = somebody("marketer")


def known(code: str = "WASH"):
    return queries.by_code(code)


def change(**changes: object) -> Reward:
    """What is edited, with these changes, put in the draft's place."""
    reward = replace(known().edited, **changes)
    services.change_reward(MARKETER, "WASH", reward)
    return reward


def test_a_reward_goes_live_once_somebody_else_has_approved_it(window):
    member = window.member(1000)
    services.make_reward(MARKETER, WASH)
    with pytest.raises(Conflict):
        window.redeem(member, "WASH")
    services.submit_reward(MARKETER, "WASH", " a wash for the summer ")
    with pytest.raises(Conflict):
        window.redeem(member, "WASH")
    with pytest.raises(NotAllowed):
        services.approve_reward(MARKETER, "WASH")
    with pytest.raises(NotAllowed):
        services.approve_reward(replace(CHIEF, name=MARKETER.name), "WASH")
    services.approve_reward(CHIEF, "WASH")
    assert known().state is RewardState.LIVE
    assert window.redeem(member, "WASH").points == 300
    (review,) = queries.decided(MARKETER, "WASH")
    assert (review.note, review.before, review.submitted_by, review.decided_by) == (
        "a wash for the summer",
        None,
        "staff:marketer-7",
        "staff:chief",
    )


def test_what_is_live_stays_until_its_change_is_approved(window):
    member = window.member(1000)
    window.offer(WASH)
    change(points=30)
    assert (known().reward.points, known().draft.points) == (300, 30)
    services.submit_reward(MARKETER, "WASH")
    first = window.redeem(member, "WASH")
    services.approve_reward(CHIEF, "WASH")
    assert (first.points, window.redeem(member, "WASH").points, points(member)) == (300, 30, 670)
    review = queries.decided(MARKETER, "WASH")[0]
    assert (review.before["points"], review.body["points"]) == (300, 30)
    assert known().draft is None


def test_what_is_handed_in_waits_unchanged_and_is_handed_in_once(window):
    window.offer(WASH)
    change(points=320)
    services.submit_reward(MARKETER, "WASH")
    with pytest.raises(Conflict):
        change(points=32)
    with pytest.raises(Conflict):
        services.submit_reward(MARKETER, "WASH")
    assert [review.key for review in reviews.open_reviews("reward")] == ["WASH"]
    assert queries.reward(MARKETER, "WASH").review.body["points"] == 320


def test_a_change_is_sent_back_with_a_reason_or_withdrawn_and_stays_a_draft(window):
    window.offer(WASH)
    change(points=30)
    services.submit_reward(MARKETER, "WASH")
    with pytest.raises(NotAllowed):
        services.refuse_reward(MARKETER, "WASH", "no")
    with pytest.raises(Invalid):
        services.refuse_reward(CHIEF, "WASH", " ")
    services.refuse_reward(CHIEF, "WASH", "a zero is missing")
    assert (known().reward.points, known().draft.points) == (300, 30)
    assert queries.decided(MARKETER, "WASH")[0].answer == "a zero is missing"
    change(points=330)
    services.submit_reward(MARKETER, "WASH")
    services.withdraw_reward(MARKETER, "WASH")
    for decide in (services.approve_reward, services.withdraw_reward):
        with pytest.raises(Conflict):
            decide(CHIEF, "WASH")
    assert known().draft.points == 330
    with pytest.raises(NotFound):
        services.approve_reward(CHIEF, "NONE")


def test_a_draft_that_says_what_is_live_is_none(window):
    window.offer(WASH)
    change(points=30)
    change(points=300)
    assert known().draft is None
    with pytest.raises(Conflict):
        services.submit_reward(MARKETER, "WASH")


def test_one_person_does_both_where_the_company_says_so(window):
    services.make_reward(CHIEF, WASH)
    services.submit_reward(CHIEF, "WASH")
    with pytest.raises(NotAllowed):
        services.approve_reward(CHIEF, "WASH")
    organisation.set_company(CHIEF, CompanyFacts(name="Alone", solo_approval=True))
    services.approve_reward(CHIEF, "WASH")
    assert known().state is RewardState.LIVE


def test_an_ended_reward_ends_at_once_and_comes_back_approved(window):
    window.offer(WASH)
    services.end_reward(MARKETER, "WASH", "frost")
    assert known().state is RewardState.ENDED
    change(points=350)
    assert known().reward.points == 300
    services.submit_reward(MARKETER, "WASH")
    services.approve_reward(CHIEF, "WASH")
    assert (known().state, known().reward.points) == (RewardState.LIVE, 350)


def test_a_change_in_review_does_not_bring_back_what_is_ended_meanwhile(window):
    window.offer(WASH)
    change(points=350)
    services.submit_reward(MARKETER, "WASH")
    services.end_reward(MARKETER, "WASH", "the price is wrong")
    with pytest.raises(Conflict):
        services.approve_reward(CHIEF, "WASH")
    assert (known().state, known().edited.points) == (RewardState.ENDED, 350)
    (last, *_) = reviews.decided("reward:WASH")
    assert (last.outcome, last.answer) == (Outcome.WITHDRAWN, "The reward was ended.")


def test_a_note_that_cannot_be_kept_is_refused_in_words_of_its_own(window):
    services.make_reward(MARKETER, WASH)
    with pytest.raises(Invalid, match="NUL"):
        services.submit_reward(MARKETER, "WASH", "a\0b")
    with pytest.raises(Invalid, match="1000 characters"):
        services.submit_reward(MARKETER, "WASH", "a" * 1001)


def test_it_is_checked_again_when_it_is_approved(window):
    """Redeemed while it was in review, it cannot become something else any more."""
    window.offer(WASH)
    change(kind=RewardKind.GOODS)
    services.submit_reward(MARKETER, "WASH")
    window.redeem(window.member(400), "WASH")
    with pytest.raises(Invalid) as caught:
        services.approve_reward(CHIEF, "WASH")
    assert list(caught.value.fields) == ["kind"]
    assert (known().reward.kind, len(reviews.open_reviews("reward"))) == (RewardKind.SERVICE, 1)


def test_stock_moves_at_once_while_a_change_is_in_review(window):
    window.offer(MUG, pieces=2)
    services.change_reward(MARKETER, "MUG", replace(MUG, cost=Decimal(20)))
    services.submit_reward(MARKETER, "MUG")
    assert services.add_stock(MARKETER, "MUG", 5, "delivery") == 7


def test_the_audit_trail_tells_who_wanted_it_who_let_it_and_what_it_cost_before(window):
    window.offer(WASH)
    change(points=30)
    services.submit_reward(MARKETER, "WASH", "autumn")
    services.approve_reward(CHIEF, "WASH")
    found = AuditEntry.objects.filter(subject="reward:WASH").order_by("-id")[:2]
    assert [(one.action, one.actor, one.reason, one.detail) for one in found] == [
        ("reward.approve", "staff:chief", "", {"points": 30, "points_before": 300}),
        ("reward.submit", "staff:marketer-7", "autumn", {"points": 30, "points_before": 300}),
    ]


def test_what_a_reward_costs_and_who_pays_is_not_told_at_stations(window):
    for role, is_told in (("marketer", True), ("cashier", False), ("station_manager", False)):
        said = {part.title: part.text for part in parts(MUG, RewardNames(somebody(role)))}
        assert (bool(said["A piece costs"]), bool(said["Who pays"])) == (is_told, is_told)
