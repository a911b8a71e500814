"""Templates drafted by one person and let by another: nothing is issued of a draft, what is in force stays until then."""

from collections.abc import Callable
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection
from msgspec.structs import replace

from forecourt.coupons import queries, records, services
from forecourt.coupons.models import CouponRow
from forecourt.coupons.values import CouponKind, Template, TemplateState
from forecourt.kernel import reviews
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound, Problem
from forecourt.kernel.values import Outcome
from forecourt.organisation import queries as company
from forecourt.organisation import services as organisation
from forecourt.organisation.values import CompanyFacts
from forecourt.rewards import services as rewards
from forecourt.rewards.values import Reward, RewardKind
from tests.coupons.scenes import HEAD_OFFICE, a_use, give, make_generic, make_template, now_at, why
from tests.rewards.windows import CHIEF, somebody

MARKETER = somebody("marketer")
WASH = Template(code="wash", name="免费洗车", handover="洗车一次")
CODE = Template(code="summer", name="夏日券", kind=CouponKind.GENERIC, generic_code="SUMMER26", limit=5)


def known(code: str = "wash") -> queries.KnownTemplate:
    return queries.templates([code])[code]


def change(**changes: object) -> None:
    """Draft what is edited with these changes."""
    services.draft_template(MARKETER, replace(known().edited, **changes))


def test_a_draft_is_issued_once_somebody_else_has_approved_it(chain):
    (member,) = chain.enrol()
    services.draft_template(MARKETER, WASH)
    assert (known().state, known().is_live, known().is_issued) == (TemplateState.DRAFT, False, False)
    services.submit_template(MARKETER, "wash", " for the spring ")
    for by_whom in (MARKETER, replace(CHIEF, name=MARKETER.name)):
        with pytest.raises(NotAllowed):
            services.approve_template(by_whom, "wash")
    with pytest.raises(Invalid, match="is not a coupon template that is issued"):
        give("wash", member)
    services.approve_template(CHIEF, "wash")
    assert (known().state, known().template) == (TemplateState.LIVE, WASH)
    assert len(give("wash", member)) == 1
    (review,) = queries.decided(MARKETER, "wash")
    assert (review.note, review.before, review.decided_by) == ("for the spring", None, "staff:chief")


def test_a_draft_gives_nothing_by_any_hand_and_who_names_it_is_told(chain):
    (member,) = chain.enrol()
    services.draft_template(MARKETER, WASH)
    with pytest.raises(Invalid):
        services.issue_coupons(HEAD_OFFICE, "wash", [member])
    with pytest.raises(Problem):
        services.create_batch(HEAD_OFFICE, "wash", "flyers", 5)
    with pytest.raises(Invalid, match="wash is not a coupon template that is issued"):
        rewards.make_reward(CHIEF, Reward(code="W", name="Wash", kind=RewardKind.COUPON, points=5, template="wash"))
    assert queries.room(["wash"], company.company_day()) == {"wash": 0}
    assert not CouponRow.objects.exists()


def test_a_code_for_everybody_is_good_once_it_is_approved(chain):
    services.draft_template(MARKETER, CODE)
    assert why("SUMMER26") == "unknown"
    services.submit_template(MARKETER, "summer")
    services.approve_template(CHIEF, "summer")
    assert (why("SUMMER26"), now_at("SUMMER26").uses_left) == (None, 5)


def test_a_code_that_was_taken_meanwhile_is_not_approved(chain):
    services.draft_template(MARKETER, CODE)
    services.submit_template(MARKETER, "summer")
    make_generic("other", "SUMMER26")
    with pytest.raises(Invalid, match="SUMMER26 is a coupon's code already"):
        services.approve_template(CHIEF, "summer")
    assert (known("summer").state, len(reviews.open_reviews("coupon_template"))) == (TemplateState.DRAFT, 1)


def test_what_is_in_force_stays_until_its_change_is_approved(chain):
    make_template()
    change(valid_days=5, worth=Decimal(20))
    services.submit_template(MARKETER, "wash")
    assert (known().template.valid_days, known().draft.valid_days) == (30, 5)
    (before,) = give("wash", None)
    services.approve_template(CHIEF, "wash")
    (after,) = give("wash", None)
    assert [(one.expires_on - one.active_from).days for one in (before, after)] == [29, 4]
    assert known().draft is None
    (review,) = queries.decided(MARKETER, "wash")
    assert (review.before["valid_days"], review.body["valid_days"]) == (30, 5)


def test_a_version_is_what_was_approved_from_when_it_was(chain):
    services.draft_template(MARKETER, WASH)
    services.submit_template(MARKETER, "wash")
    assert queries.versions(known().id) == []
    services.approve_template(CHIEF, "wash")
    change(valid_days=5)
    services.submit_template(MARKETER, "wash")
    assert [one.number for one in queries.versions(known().id)] == [1]
    services.approve_template(CHIEF, "wash")
    last, first = queries.versions(known().id)
    assert [(one.number, one.template.valid_days, one.published_by) for one in (first, last)] == [
        (1, 30, "staff:chief"),
        (2, 5, "staff:chief"),
    ]
    assert [known().at(moment).valid_days for moment in (first.valid_from, last.valid_from)] == [30, 5]


def test_what_is_handed_in_waits_unchanged_and_is_handed_in_once(chain):
    make_template()
    change(valid_days=5)
    services.submit_template(MARKETER, "wash")
    for again in (
        lambda: change(valid_days=6),
        lambda: services.submit_template(MARKETER, "wash"),
        lambda: services.discard_template_draft(MARKETER, "wash"),
        lambda: services.change_template(CHIEF, replace(WASH, valid_days=7)),
    ):
        with pytest.raises(Conflict, match="in review"):
            again()
    assert (known().template.valid_days, known().draft.valid_days) == (30, 5)
    assert list(queries.open_reviews()) == ["wash"]


def test_a_change_is_sent_back_with_a_reason_or_withdrawn_and_stays_a_draft(chain):
    make_template()
    change(valid_days=300)
    services.submit_template(MARKETER, "wash")
    with pytest.raises(NotAllowed):
        services.refuse_template(MARKETER, "wash", "no")
    with pytest.raises(Invalid):
        services.refuse_template(CHIEF, "wash", " ")
    services.refuse_template(CHIEF, "wash", "a zero too many")
    assert queries.decided(MARKETER, "wash")[0].answer == "a zero too many"
    services.submit_template(MARKETER, "wash")
    services.withdraw_template(MARKETER, "wash")
    for decide in (services.approve_template, services.withdraw_template):
        with pytest.raises(Conflict):
            decide(CHIEF, "wash")
    assert (known().template.valid_days, known().draft.valid_days) == (30, 300)
    with pytest.raises(NotFound):
        services.approve_template(CHIEF, "none")
    with pytest.raises(NotFound):
        queries.decided(MARKETER, "none")


def test_a_draft_that_says_what_is_in_force_is_none_and_one_can_be_thrown_away(chain):
    make_template()
    change(valid_days=5)
    change(valid_days=30)
    assert known().draft is None
    with pytest.raises(Conflict, match="change something first"):
        services.submit_template(MARKETER, "wash")
    change(valid_days=5)
    services.discard_template_draft(MARKETER, "wash")
    assert known().draft is None
    services.draft_template(MARKETER, replace(WASH, code="new"))
    with pytest.raises(Conflict, match="never approved"):
        services.discard_template_draft(MARKETER, "new")


def test_a_code_is_drafted_once_and_what_was_never_approved_may_become_anything(chain):
    services.draft_template(MARKETER, WASH, is_new=True)
    with pytest.raises(Conflict, match="wash already"):
        services.draft_template(MARKETER, WASH, is_new=True)
    with pytest.raises(Conflict, match="wash already"):
        services.create_template(CHIEF, WASH)
    services.draft_template(MARKETER, replace(CODE, code="wash"))
    assert known().template.kind is CouponKind.GENERIC
    services.change_template(CHIEF, replace(CODE, code="wash", limit=7))
    assert (known().state, now_at("SUMMER26").uses_left) == (TemplateState.LIVE, 7)


def test_a_draft_that_cannot_come_true_is_refused_when_it_is_written(chain):
    template = make_template()
    make_generic()
    give("wash", *chain.enrol(3))
    for said, problem in (
        (replace(template, limit=2), Invalid),
        (replace(template, kind=CouponKind.GENERIC, generic_code="OTHER"), Conflict),
        (replace(template, uses=0), Invalid),
        (replace(known("summer").template, limit=3), Conflict),
        (replace(WASH, code="new", kind=CouponKind.GENERIC, generic_code="SUMMER26"), Invalid),
    ):
        with pytest.raises(problem):
            services.draft_template(MARKETER, said)
    assert (known().draft, known("summer").draft, known().template.limit) == (None, None, 0)


def test_it_is_checked_again_when_it_is_approved(chain):
    """Issued while it was in review, its limit cannot fall below what is out."""
    make_template()
    change(limit=2)
    services.submit_template(MARKETER, "wash")
    give("wash", *chain.enrol(3))
    with pytest.raises(Invalid, match="2 is less than the 3 issued"):
        services.approve_template(CHIEF, "wash")
    assert (known().template.limit, len(queries.open_reviews())) == (0, 1)


def test_a_changed_code_keeps_the_uses_that_were_made_while_it_was_in_review(chain):
    make_generic(limit=2)
    (member,) = chain.enrol()
    services.draft_template(MARKETER, replace(known("summer").template, limit=4))
    services.submit_template(MARKETER, "summer")
    records.use([a_use(now_at("SUMMER26"), member)])
    services.approve_template(CHIEF, "summer")
    assert (now_at("SUMMER26").uses, now_at("SUMMER26").uses_left) == (4, 3)


def test_one_person_does_both_where_the_company_says_so(chain):
    services.draft_template(CHIEF, WASH)
    services.submit_template(CHIEF, "wash")
    with pytest.raises(NotAllowed):
        services.approve_template(CHIEF, "wash")
    organisation.set_company(CHIEF, CompanyFacts(name="Alone", solo_approval=True))
    services.approve_template(CHIEF, "wash")
    assert known().is_live


def test_retiring_is_done_at_once_by_one_person_and_drops_what_is_in_review(chain):
    make_template()
    change(valid_days=5)
    services.submit_template(MARKETER, "wash")
    services.retire_template(MARKETER, "wash")
    with pytest.raises(Conflict):
        services.approve_template(CHIEF, "wash")
    assert (known().state, known().draft.valid_days) == (TemplateState.RETIRED, 5)
    (last,) = reviews.decided("coupon_template:wash")
    assert (last.outcome, last.answer) == (Outcome.WITHDRAWN, "The template was retired.")
    services.submit_template(MARKETER, "wash")
    services.approve_template(CHIEF, "wash")
    assert (known().state, known().template.valid_days) == (TemplateState.RETIRED, 5)
    services.revive_template(MARKETER, "wash")
    assert known().is_issued


def test_what_was_never_approved_is_neither_retired_nor_revived(chain):
    services.draft_template(MARKETER, CODE)
    for step in (services.retire_template, services.revive_template):
        with pytest.raises(Conflict, match="never approved"):
            step(MARKETER, "summer")
    assert known("summer").state is TemplateState.DRAFT


def test_without_the_right_nothing_is_drafted_decided_or_put_in_force(chain):
    services.draft_template(MARKETER, WASH)
    services.submit_template(MARKETER, "wash")
    here = replace(CHIEF, stations=frozenset({1}))
    for actor in (somebody("cashier"), here):
        for step in (
            lambda actor=actor: services.draft_template(actor, replace(WASH, code="new")),
            lambda actor=actor: services.discard_template_draft(actor, "wash"),
            lambda actor=actor: services.submit_template(actor, "wash"),
            lambda actor=actor: services.withdraw_template(actor, "wash"),
            lambda actor=actor: services.approve_template(actor, "wash"),
            lambda actor=actor: services.refuse_template(actor, "wash", "no"),
        ):
            with pytest.raises(NotAllowed):
                step()
    for put in (services.create_template, services.change_template):
        with pytest.raises(NotAllowed):
            put(MARKETER, replace(WASH, code="new"))
    assert (known().is_live, len(queries.open_reviews())) == (False, 1)


def test_the_audit_trail_tells_who_wanted_it_and_who_let_it(chain):
    make_template()
    change(valid_days=5)
    services.submit_template(MARKETER, "wash", "spring")
    services.approve_template(CHIEF, "wash")
    found = AuditEntry.objects.filter(subject="coupon_template:wash").order_by("-id")[:3]
    assert [(one.action, one.actor, one.reason, one.detail) for one in found] == [
        ("coupon_template.approve", "staff:chief", "", {"fields": ["valid_days"]}),
        ("coupon_template.submit", "staff:marketer-7", "spring", {"fields": ["valid_days"]}),
        ("coupon_template.draft", "staff:marketer-7", "", {"fields": ["valid_days"]}),
    ]


def test_two_who_approve_at_once_put_it_in_force_once(real_chain):
    start = Barrier(2)
    answers: list[object] = []

    def decide(by_whom: str, codes: list[str]) -> None:
        try:
            for code in codes:
                start.wait(60)
                answers.append(
                    answer_of(lambda code=code: services.approve_template(replace(CHIEF, name=by_whom), code))
                )
        finally:
            connection.close()

    codes = [f"code-{number}" for number in range(20)]
    for number, code in enumerate(codes):
        services.draft_template(MARKETER, replace(CODE, code=code, generic_code=f"CODE{number}"))
        services.submit_template(MARKETER, code)
    threads = [Thread(target=decide, args=(name, codes)) for name in ("chief", "deputy")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert (len(answers), answers.count(None)) == (40, 20)
    assert {type(answer) for answer in answers if answer} == {Conflict}
    assert CouponRow.objects.filter(code__startswith="CODE").count() == 20
    assert AuditEntry.objects.filter(action="coupon_template.approve").count() == 20


def answer_of(work: Callable[[], object]) -> object:
    """What it answered, or the problem that it raised."""
    try:
        return work()
    except Problem as problem:
        return problem
