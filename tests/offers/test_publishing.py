"""Offers put in force, paused, resumed, ended: what is in force then, and what becomes of reviews and drafts."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
import pytest
from django.db import connection, transaction

from forecourt.kernel import clock, sql
from forecourt.kernel.problems import Conflict
from forecourt.offers import queries, services
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer
from forecourt.offers.values import OfferState
from tests.sales.scenes import HEAD_OFFICE, MARKETER, ago
from tests.sales.test_locks_of_promises import until_somebody_waits
from tests.sales.test_offers import per_litre, publish


def an_offer(off: str, code: str = "litre") -> Offer:
    return language.decode(msgspec.json.encode(per_litre(code, off, name=f"{off} off")))


def hand_in(off: str, *, valid_from: datetime | None = None) -> None:
    services.change_offer(MARKETER, "litre", an_offer(off))
    services.submit_offer(MARKETER, "litre", valid_from=valid_from)


def publish_change(off: str, *, valid_from: datetime | None = None) -> None:
    hand_in(off, valid_from=valid_from)
    services.approve_offer(HEAD_OFFICE, "litre")


def in_force(at: datetime) -> list[str]:
    """What the offers in force take off at that moment."""
    return [str(live.offer.then[0].off) for live in queries.offers().lives if live.since <= at < live.until]


def soon(days: float) -> datetime:
    return clock.now() + timedelta(days=days)


@pytest.fixture
def litre(db) -> None:
    """An offer that is in force: 0.30 off."""
    queries.forget()
    publish(per_litre())


def test_what_was_in_review_of_an_ended_offer_is_withdrawn_and_said_why(litre):
    hand_in("0.50")
    services.end_offer(HEAD_OFFICE, "litre")
    with pytest.raises(Conflict):
        services.approve_offer(HEAD_OFFICE, "litre")
    assert in_force(soon(0.01)) == []
    one = queries.offer(HEAD_OFFICE, "litre")
    assert (one.state, one.review, str(one.draft.then[0].off)) == (OfferState.ENDED, None, "0.50")
    assert sql.rows("SELECT is_approved, answer FROM offers_offerreview") == [(False, "The offer was ended.")]


def test_an_ended_offer_that_is_handed_in_anew_comes_back_for_good(litre):
    publish_change("0.40", valid_from=soon(30))
    services.end_offer(HEAD_OFFICE, "litre")
    services.submit_offer(MARKETER, "litre")
    services.approve_offer(HEAD_OFFICE, "litre")
    assert in_force(soon(0.01)) == in_force(soon(40)) == ["0.40"], "the day that it would have changed on ends nothing"


def test_a_change_handed_in_before_the_pause_does_not_lift_it(litre):
    hand_in("0.50")
    services.pause_offer(HEAD_OFFICE, "litre")
    with pytest.raises(Conflict, match="Resume it first"):
        services.approve_offer(HEAD_OFFICE, "litre")
    assert in_force(soon(0.01)) == []
    services.resume_offer(HEAD_OFFICE, "litre")
    services.approve_offer(HEAD_OFFICE, "litre")
    assert in_force(soon(0.01)) == ["0.50"]


def test_a_change_handed_in_during_the_pause_is_what_comes_after_it(litre):
    services.pause_offer(HEAD_OFFICE, "litre")
    publish_change("0.50")
    assert in_force(soon(0.01)) == ["0.50"]


def test_what_was_to_come_is_still_to_come_after_a_pause(litre):
    publish_change("0.50", valid_from=soon(30))
    for _time in range(2):
        services.pause_offer(HEAD_OFFICE, "litre")
        assert in_force(soon(0.01)) == in_force(soon(40)) == []
        services.resume_offer(HEAD_OFFICE, "litre")
        assert (in_force(soon(0.01)), in_force(soon(40))) == (["0.30"], ["0.50"])


def test_what_began_during_a_pause_holds_after_it(litre):
    publish_change("0.50", valid_from=soon(30))
    services.pause_offer(HEAD_OFFICE, "litre")
    with clock.as_of(soon(31)):
        services.resume_offer(HEAD_OFFICE, "litre")
    assert (in_force(soon(30.5)), in_force(soon(32))) == ([], ["0.50"])


def test_what_had_not_begun_is_announced_again(db):
    queries.forget()
    services.publish_offers(HEAD_OFFICE, [an_offer("0.30")], valid_from=soon(30))
    services.pause_offer(HEAD_OFFICE, "litre")
    services.resume_offer(HEAD_OFFICE, "litre")
    assert (in_force(soon(0.01)), in_force(soon(40))) == ([], ["0.30"])


def test_what_is_edited_while_a_change_is_in_review_stays_the_draft(litre):
    hand_in("0.40")
    services.change_offer(MARKETER, "litre", an_offer("0.50"))
    services.approve_offer(HEAD_OFFICE, "litre")
    one = queries.offer(HEAD_OFFICE, "litre")
    assert in_force(soon(0.01)) == ["0.40"]
    assert (str(one.draft.then[0].off), one.name, one.is_changed) == ("0.50", "0.50 off", True)


def test_a_draft_that_was_not_edited_is_what_was_approved(litre):
    publish_change("0.40")
    one = queries.offer(HEAD_OFFICE, "litre")
    assert (str(one.draft.then[0].off), one.name, one.is_changed) == ("0.40", "0.40 off", False)


WAITS = """
CREATE FUNCTION wait_with_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.offer_id = (SELECT id FROM offers_offer WHERE code = 'first') THEN
        PERFORM pg_advisory_xact_lock(1904);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER waits AFTER INSERT ON offers_offerversion FOR EACH ROW EXECUTE FUNCTION wait_with_first()
"""


@pytest.fixture
def first_waits(committed) -> Iterator[None]:
    """Whoever has added a version of the offer "first" waits for who holds the advisory lock 1904."""
    sql.run(WAITS)
    yield
    sql.run("DROP TRIGGER waits ON offers_offerversion; DROP FUNCTION wait_with_first()")


def test_a_version_that_commits_late_is_seen_by_who_read_a_later_one(first_waits):
    """Two are put in force at once; the first has its version and waits. Whoever reads meanwhile misses neither in the end."""
    queries.forget()
    publish(per_litre("first", "0.10"), per_litre("second", "0.20"))

    def again(code: str, off: str) -> None:
        try:
            publish(per_litre(code, off), since=1)
        finally:
            connection.close()

    first = threading.Thread(target=again, args=("first", "0.11"))
    second = threading.Thread(target=again, args=("second", "0.21"))
    with transaction.atomic():
        sql.rows("SELECT pg_advisory_xact_lock(1904)")
        first.start()
        until_somebody_waits()
        second.start()
        second.join(3)
        queries.offers()
    first.join(20)
    second.join(20)
    assert in_force(ago(0.01)) == ["0.11", "0.21"]
