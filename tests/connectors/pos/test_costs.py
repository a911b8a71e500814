"""Costs from a spreadsheet's file: every good row is noted once, every other is named."""

import gzip
import json
from datetime import datetime
from decimal import Decimal
from io import BytesIO

import msgspec
import pytest
from django.utils.translation import override

from forecourt.catalogue import queries, services
from forecourt.connectors.pos.costs import import_costs, note_file
from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.problems import NotAllowed
from forecourt.organisation.services import open_stations
from forecourt.organisation.values import NewStation

FILE = """product,station,cost,from
92,,6.80,2026-01-02
92,S1,6.9050,2026/1/2 08:30
95,,7,2026-01-02T00:00:00+08:00
"""


@pytest.fixture
def goods(db) -> dict[str, int]:
    open_stations(SYSTEM, [NewStation(code="S1", name="福田站")])
    return services.add_standard_fuels(SYSTEM)


def note(text: str, **options):
    return note_file(SYSTEM, BytesIO(text.encode()), **options)


def beijing(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=clock.zone("Asia/Shanghai"))


def test_rows_are_noted_with_their_moments_and_no_file_twice(goods):
    first = note(FILE)
    assert (first.read, first.noted, first.known, first.refusals) == (3, 3, 0, ())
    again = note(FILE)
    assert (again.read, again.noted, again.known, again.refusals) == (3, 0, 3, ())
    found = queries.costs(goods.values())
    assert found[goods["92"], None] == [(beijing(2026, 1, 2), Decimal("6.80"))]
    assert [rows for (_, station), rows in found.items() if station] == [
        [(beijing(2026, 1, 2, 8, 30), Decimal("6.9050"))]
    ]


def test_of_two_for_one_moment_the_last_is_noted_however_often(goods):
    text = "product;cost;from\n92;6.80;2026-01-02\n92;6.90;2026-01-02\n"
    assert [(tally.noted, tally.known) for tally in (note(text), note(text))] == [(1, 1), (0, 2)]
    assert queries.costs(goods.values())[goods["92"], None] == [(beijing(2026, 1, 2), Decimal("6.90"))]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("\ufeff商品编码\t进价\t生效日期\n92\t6.80\t2026年1月2日\n", {}),
        ("Product;Unit cost (EUR);Valid from\n92;6,80;02.01.2026\n", {"decimal_comma": True}),
        ('sku,cost,from\n"92","¥6.80","2026-01-02"\n\n,,\n', {}),
    ],
)
def test_spreadsheets_of_several_kinds_are_read(goods, text, options):
    tally = note(text, **options)
    assert (tally.noted, tally.refusals) == (1, ())
    assert queries.costs(goods.values())[goods["92"], None] == [(beijing(2026, 1, 2), Decimal("6.80"))]


def test_each_row_that_cannot_be_is_named_and_the_others_are_noted(goods):
    lines = [
        "product,station,cost,from",
        "none,,6.80,2026-01-02",
        "92,S9,6.80,2026-01-02",
        '92,,"6,805",2026-01-02',
        "92,,6.80,soon",
        "92,,6.80,",
        ",,6.80,2026-01-02",
        "92,,-1,2026-01-02",
        "92,,6.80001,2026-01-02",
        '92,,"6.80,2026-01-02',
        "95,,7.00,2026-01-02",
    ]
    tally = note("\n".join(lines))
    assert tally.noted == 1
    assert [(one.line, one.field) for one in tally.refusals][:8] == [
        (2, "product"),
        (3, "station"),
        (4, "cost"),
        (5, "effective_from"),
        (6, "effective_from"),
        (7, "product"),
        (8, "cost"),
        (9, "cost"),
    ]
    with override("zh-hans"):
        assert "成本" in note("product,cost,from\n92,x,2026-01-02").refusals[0].reason


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "product,cost\n92,1\n"])
def test_a_file_that_is_none_is_refused_as_a_whole(goods, text):
    tally = note(text)
    assert (tally.noted, len(tally.refusals)) == (0, 1)


def test_a_dry_run_notes_nothing_and_refusals_are_written_beside_the_file(goods, tmp_path):
    path = tmp_path / "costs.csv.gz"
    path.write_bytes(gzip.compress((FILE + "none,,1,2026-01-02\n").encode()))
    foreseen = import_costs(SYSTEM, path, dry_run=True)
    assert (foreseen.noted, foreseen.refused, foreseen.dry_run) == (3, 1, True)
    assert queries.products_with_costs() == []
    done = import_costs(SYSTEM, path)
    assert (done.noted, done.known) == (3, 0)
    (refusal,) = [json.loads(line) for line in (tmp_path / "costs.csv.gz.refusals.jsonl").read_text().splitlines()]
    assert (refusal["line"], refusal["field"], refusal["reference"]) == (5, "product", "none")
    assert done.refusals == str(tmp_path / "costs.csv.gz.refusals.jsonl")
    assert msgspec.to_builtins(done)["read"] == 4


def test_who_may_not_note_costs_imports_none(goods):
    with pytest.raises(NotAllowed):
        note_file(Actor(kind="staff", name="clerk"), BytesIO(FILE.encode()))
