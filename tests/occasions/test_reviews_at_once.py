"""Two who decide at once decide once; two doors that check the same member in at once give once."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from forecourt.kernel.problems import Conflict, Problem
from forecourt.kernel.values import Outcome
from forecourt.occasions import queries, services
from forecourt.occasions.models import RulesVersionRow
from forecourt.occasions.values import CheckedIn, EventState, GiftRules, RulesKind
from tests.occasions.at_events import begin
from tests.occasions.conftest import CHIEF, an_event, coupons_of, furnished, opened
from tests.occasions.test_sign_ups_at_once import at_once
from tests.sales.scenes import HEAD_OFFICE, Chain, everything_proves, points

pytestmark = pytest.mark.slow

ROUNDS = 10
BIRTHDAY = RulesKind.BIRTHDAY
OTHER = replace(CHIEF, name="other")


@pytest.fixture
def chain(committed) -> Chain:
    return furnished()


def answers_of(*commands: Callable[[], object]) -> list[object]:
    """What commands that begin at once answer: their problems too."""
    answers: list[object] = []

    def run(command: Callable[[], object]) -> None:
        try:
            answers.append(command())
        except Problem as problem:
            answers.append(problem)

    at_once([lambda command=command: run(command) for command in commands])
    return answers


def test_rules_are_decided_once(chain):
    for number in range(1, ROUNDS + 1):
        services.save_rules(HEAD_OFFICE, BIRTHDAY, GiftRules(points=number))
        services.submit_rules(HEAD_OFFICE, BIRTHDAY)
        before = RulesVersionRow.objects.filter(kind="birthday").count()
        answers = answers_of(
            lambda: services.approve_rules(CHIEF, BIRTHDAY),
            lambda: services.approve_rules(OTHER, BIRTHDAY),
            lambda: services.refuse_rules(OTHER, BIRTHDAY, "no"),
        )
        assert sum(isinstance(answer, Conflict) for answer in answers) == 2, answers
        approved = queries.decided_rules(BIRTHDAY)[0].outcome is Outcome.APPROVED
        assert RulesVersionRow.objects.filter(kind="birthday").count() == before + approved


def test_rules_that_are_approved_and_stopped_at_once_count_on(chain):
    for number in range(1, ROUNDS + 1):
        services.save_rules(HEAD_OFFICE, BIRTHDAY, GiftRules(points=number))
        services.submit_rules(HEAD_OFFICE, BIRTHDAY)
        answers_of(
            lambda: services.approve_rules(CHIEF, BIRTHDAY),
            lambda: services.stop_rules(HEAD_OFFICE, BIRTHDAY),
        )
        view = queries.rules_of(BIRTHDAY)
        assert view.review is None
    versions = [one.version for one in queries.rules_versions(BIRTHDAY)]
    assert versions == list(range(len(versions), 0, -1))


def test_an_event_is_announced_once(chain):
    for _number in range(ROUNDS):
        event = services.make_event(HEAD_OFFICE, an_event())
        services.submit_event(HEAD_OFFICE, event)
        answers = answers_of(
            lambda event=event: services.approve_event(CHIEF, event),
            lambda event=event: services.cancel_event(HEAD_OFFICE, event, "下雨"),
            lambda event=event: services.change_event(HEAD_OFFICE, event, an_event(points=9)),
        )
        assert not all(isinstance(answer, Problem) for answer in answers)
        view = queries.member_event(event)
        if view.state is EventState.OPEN:
            assert queries.event_reviews(event)[0].outcome is Outcome.APPROVED
        else:
            assert view.state is EventState.CANCELLED


def test_two_doors_that_check_a_member_in_at_once_give_points_and_coupon_once(chain):
    members = chain.enrol(ROUNDS)
    event = opened(points=5, template="cake")
    codes = [services.sign_up(HEAD_OFFICE, event, one).code for one in members]
    begin(event)
    for member, code in zip(members, codes, strict=True):
        answers = answers_of(
            lambda code=code: services.check_in(HEAD_OFFICE, event, code),
            lambda member=member: services.check_in(HEAD_OFFICE, event, f"#{member}"),
        )
        came = [answer for answer in answers if isinstance(answer, CheckedIn)]
        assert sorted((one.points, one.template, one.was_there) for one in came) == [(0, "", True), (5, "cake", False)]
        assert (points(member), coupons_of(member)) == (5, [("cake", f"event:{event}")])
    everything_proves()
