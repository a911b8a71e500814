"""Batches of bearer coupons: made by a job in steps, whatever kills it, each code once; made void as a whole."""

import pytest

from forecourt.coupons import queries, rules, services
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from tests.bench.victims import Victim
from tests.coupons.killed import make_batch
from tests.coupons.scenes import HEAD_OFFICE, make_generic, make_template, why


def state(batch_id: int) -> tuple[int, int, int]:
    """(made as the batch says, coupons there are, codes that differ)"""
    found = sql.rows(
        "SELECT batch.made, count(coupon.id), count(DISTINCT coupon.code) FROM coupons_couponbatch AS batch "
        "LEFT JOIN coupons_coupon AS coupon ON coupon.batch_id = batch.id WHERE batch.id = %(id)s GROUP BY batch.made",
        {"id": batch_id},
    )
    return found[0]


def test_a_batch_is_made_in_steps(chain):
    make_template(valid_days=10, uses=2)
    batch_id = services.create_batch(HEAD_OFFICE, "wash", " 传单  五月 ", 250)
    assert sql.rows("SELECT task_name, args ->> 'batch_id' FROM procrastinate_jobs WHERE status = 'todo'") == [
        ("coupons.make_batch", str(batch_id))
    ]
    left = [services.extend_batch(SYSTEM, batch_id, 100) for _ in range(4)]
    assert left == [150, 50, 0, 0]
    assert state(batch_id) == (250, 250, 250)
    batch = queries.batch(batch_id)
    assert (batch.name, batch.size, batch.made, batch.finished_at is not None) == ("传单 五月", 250, 250, True)
    codes = list(queries.batch_codes(batch_id, at_a_time=60))
    assert len({line.code for line in codes}) == 250
    assert [line.id for line in codes] == sorted(line.id for line in codes)
    assert why(codes[0].code) is None
    found = queries.for_sale([codes[7].code], [])[0]
    assert (found.customer_id, found.uses, (found.expires_on - found.active_from).days) == (None, 2, 9)


def test_exports_can_begin_anywhere(chain):
    make_template()
    batch_id = services.create_batch(HEAD_OFFICE, "wash", "x", 30)
    services.extend_batch(SYSTEM, batch_id)
    whole = [line.code for line in queries.batch_codes(batch_id)]
    first = list(queries.batch_codes(batch_id, most=12, at_a_time=5))
    rest = queries.batch_codes(batch_id, after=first[-1].id)
    assert [line.code for line in first] + [line.code for line in rest] == whole


def test_a_batch_killed_anywhere_goes_on_without_doubles(real_chain):
    make_template()
    batch_id = services.create_batch(HEAD_OFFICE, "wash", "flyers", 20_000)
    deaths = 0
    while queries.batch(batch_id).finished_at is None and deaths < 12:
        making = Victim(make_batch, batch_id)
        if deaths < 3:
            making.killed_after(0.004 + 0.003 * deaths, words=4)
            deaths += 1
        else:
            making.wait(60)
        made, there, different = state(batch_id)
        assert made == there == different
    assert deaths == 3
    assert state(batch_id) == (20_000, 20_000, 20_000)


def test_two_jobs_at_one_batch_make_it_once(real_chain):
    make_template()
    batch_id = services.create_batch(HEAD_OFFICE, "wash", "flyers", 3_000)
    for making in [Victim(make_batch, batch_id) for _ in range(2)]:
        making.wait(60)
    assert state(batch_id) == (3_000, 3_000, 3_000)


def test_a_void_batch_is_void_at_once_and_can_be_made_good(chain):
    make_template()
    batch_id = services.create_batch(HEAD_OFFICE, "wash", "flyers", 40)
    services.extend_batch(SYSTEM, batch_id, 10)
    codes = [line.code for line in queries.batch_codes(batch_id)]
    (member,) = chain.enrol()
    services.redeem_coupon(HEAD_OFFICE, codes[0], "S001")
    services.claim_coupon(HEAD_OFFICE, codes[1], member)
    services.void_batch(HEAD_OFFICE, batch_id, "misprinted")
    assert (why(codes[0]), why(codes[1], member), why(codes[2])) == ("used", "void", "void")
    assert services.extend_batch(SYSTEM, batch_id) == 0
    template = queries.live_templates()["wash"]
    assert queries.figures([template.id])[template.id].void == 9
    with pytest.raises(Conflict, match="made void as a whole"):
        services.restore_coupon(HEAD_OFFICE, queries.view_by_code(codes[2]).id, "good")
    with pytest.raises(Conflict, match="void already"):
        services.void_batch(HEAD_OFFICE, batch_id, "again")
    services.restore_batch(HEAD_OFFICE, batch_id)
    assert (why(codes[1], member), why(codes[2])) == (None, None)
    assert services.extend_batch(SYSTEM, batch_id) == 0
    assert state(batch_id) == (40, 40, 40)


def test_a_batch_counts_against_the_limit_at_once(chain):
    make_template(limit=100)
    services.create_batch(HEAD_OFFICE, "wash", "one", 80)
    with pytest.raises(Conflict, match="limit of 'wash' is reached"):
        services.create_batch(HEAD_OFFICE, "wash", "two", 21)
    services.create_batch(HEAD_OFFICE, "wash", "two", 20)


@pytest.mark.parametrize(
    ("template", "name", "count", "field"),
    [
        ("wash", "x", 0, "count"),
        ("wash", "x", 1_000_001, "count"),
        ("wash", "  ", 5, "name"),
        ("none", "x", 5, "template"),
        ("summer", "x", 5, "template"),
    ],
)
def test_a_batch_that_makes_no_sense_is_refused(chain, template, name, count, field):
    make_template()
    make_generic()
    with pytest.raises(Invalid) as caught:
        services.create_batch(HEAD_OFFICE, template, name, count)
    assert list(caught.value.fields) == [field]
    with pytest.raises(NotFound):
        queries.batch(4711)


@pytest.mark.slow
def test_a_large_batch_is_made_in_parts_and_counted(real_chain):
    make_template()
    batch_id = services.create_batch(HEAD_OFFICE, "wash", "everybody", 60_000)
    parts = 1
    while services.extend_batch(SYSTEM, batch_id):
        parts += 1
    assert parts > 1
    assert state(batch_id)[0] == 60_000
    code = next(queries.batch_codes(batch_id)).code
    assert rules.why_not(queries.for_sale([code], [])[0], None, clock.now().date(), None) is not None
    template = queries.live_templates()["wash"]
    assert queries.figures([template.id])[template.id].issued == 60_000
    assert queries.batches(template.id)[0].made == 60_000
