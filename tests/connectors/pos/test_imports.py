"""Importing into the real database: counted, idempotent, refusals beside the file."""

import gzip
import json
from decimal import Decimal

import pytest

from forecourt.connectors.pos import imports
from forecourt.connectors.pos.imports import ImportOptions, import_sales
from forecourt.connectors.pos.values import Mapping
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotAllowed
from forecourt.organisation import queries as organisation
from forecourt.sales import queries as sales
from tests.bench.samples import open_sample_station
from tests.connectors.pos.conftest import CASH, FUEL, event, item, journal, json_sale, tender

pytestmark = pytest.mark.django_db
COUNTS = ("read", "posted", "replayed", "flagged", "refused", "lines", "net")


@pytest.fixture
def at_s1(db, grades):
    return open_sample_station("S1")


def counts(summary):
    return tuple(getattr(summary, name) for name in COUNTS)


def test_a_journal_is_imported_once(tmp_path, head_office, at_s1):
    path = tmp_path / "journal.xml"
    path.write_bytes(journal(*(event(number=number) for number in range(5)), event(training="yes")))
    first = import_sales(head_office, [path], "naxml")
    assert counts(first) == (5, 5, 0, 0, 0, 5, "765.00")
    assert first.skipped_by_reason == {"training": 1}
    assert counts(import_sales(head_office, [path])) == (5, 0, 5, 0, 0, 5, "765.00")
    assert len(sales.list_sales(head_office)) == 5
    assert not (tmp_path / "journal.xml.refusals.jsonl").exists()


def test_a_folder_of_events_and_a_gzip(tmp_path, head_office, at_s1):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(30):
        (folder / f"e{number:03}.xml").write_bytes(journal(event(number=number)))
    (folder / "more.xml.gz").write_bytes(gzip.compress(journal(event(number=99))))
    (folder / "unfinished.xml.part").write_bytes(b"<")
    summary = import_sales(head_office, [folder])
    assert counts(summary) == (31, 31, 0, 0, 0, 31, "4743.00")
    assert summary.files == 31


def test_what_is_refused_stands_beside_the_file_and_the_rest_is_in(tmp_path, head_office, at_s1):
    path = tmp_path / "j.xml"
    foreign = event(FUEL.replace("CNY", "USD"), CASH, number=2)
    path.write_bytes(journal(event(number=1), "\n", foreign, event(number=3)))
    summary = import_sales(head_office, [path])
    assert counts(summary) == (3, 2, 0, 0, 1, 2, "306.00")
    [refusal] = [json.loads(line) for line in (tmp_path / "j.xml.refusals.jsonl").read_text().splitlines()]
    assert (refusal["file"], refusal["line"], refusal["reference"]) == ("j.xml", 2, "2026-01-02-2-99")
    assert "USD" in refusal["reason"]
    assert refusal["field"] == "SalesAmount"


def test_an_unknown_station_is_refused_by_the_engine_with_its_line(tmp_path, head_office, at_s1):
    path = tmp_path / "j.xml"
    path.write_bytes(journal(event(), store="S9"))
    summary = import_sales(head_office, [path], options=ImportOptions(refusals=tmp_path / "no.jsonl"))
    assert counts(summary) == (1, 0, 0, 0, 1, 0, "0.00")
    assert json.loads((tmp_path / "no.jsonl").read_text())["field"] == "station"


def test_the_same_name_with_other_contents_is_a_conflict(tmp_path, head_office, at_s1):
    path = tmp_path / "j.xml"
    path.write_bytes(journal(event()))
    import_sales(head_office, [path])
    path.write_bytes(journal(event(FUEL.replace("20.000", "20.001"), CASH)))
    assert counts(import_sales(head_office, [path])) == (1, 0, 0, 0, 1, 0, "0.00")


def test_unknown_products_and_customers_are_flagged_not_lost(tmp_path, head_office, at_s1):
    path = tmp_path / "j.xml"
    path.write_bytes(journal(event(item("690999", "1", "5.00"), tender("cash", "5.00"), total="5.00")))
    assert counts(import_sales(head_office, [path])) == (1, 0, 0, 1, 0, 1, "5.00")


def test_missing_stations_and_products_are_made_on_the_way(tmp_path, head_office, db):
    path = tmp_path / "j.xml"
    lines = FUEL, item("690999", "1", "5.00"), tender("cash", "158.00")
    path.write_bytes(journal(event(*lines, total="158.00"), store="NEW1"))
    options = ImportOptions(create_missing=True)
    summary = import_sales(head_office, [path], options=options)
    assert counts(summary) == (1, 1, 0, 0, 0, 2, "158.00")
    assert (summary.stations_made, summary.products_made) == (1, 2)
    assert organisation.station_facts(["NEW1"])
    sale = sales.sale(head_office, sales.list_sales(head_office)[0].id)
    assert [line.kind for line in sale.lines] == ["fuel", "goods"]
    assert sale.fuel_quantity == Decimal("20.000")
    again = import_sales(head_office, [path], options=options)
    assert (again.replayed, again.stations_made, again.products_made) == (1, 0, 0)


def test_a_dry_run_says_what_would_happen_and_writes_nothing(tmp_path, head_office, at_s1):
    path, known = tmp_path / "j.xml", tmp_path / "known.xml"
    known.write_bytes(journal(event(number=1)))
    import_sales(head_office, [known])
    unknown = event(item("690999", "1", "5.00"), tender("cash", "5.00"), number=3, total="5.00")
    path.write_bytes(journal(event(number=1), event(number=2), unknown, event(number=4).replace("CNY", "USD")))
    summary = import_sales(head_office, [path], options=ImportOptions(dry_run=True))
    assert counts(summary) == (4, 1, 1, 1, 1, 3, "311.00")
    made = import_sales(head_office, [path], options=ImportOptions(dry_run=True, create_missing=True))
    assert counts(made) == (4, 2, 1, 0, 1, 3, "311.00")
    assert made.products_made == 1
    assert len(sales.list_sales(head_office)) == 1


def test_lists_are_posted_as_they_fill(tmp_path, head_office, at_s1, monkeypatch):
    monkeypatch.setattr(imports, "LIST", 10)
    path = tmp_path / "j.xml"
    path.write_bytes(journal(*(event(number=number) for number in range(25))))
    ticks = []
    summary = import_sales(head_office, [path], progress=ticks.append)
    assert summary.posted == 25
    assert [tick.sales for tick in ticks] == [10, 20, 25]
    assert ticks[-1].done == ticks[-1].total == path.stat().st_size


def test_one_value_that_cannot_be_stored_costs_one_sale(tmp_path, head_office, at_s1):
    path = tmp_path / "j.jsonl"
    path.write_text("".join(json_sale(ref) for ref in ("1", "\\u0000", "\\ud800", "3")))
    summary = import_sales(head_office, [path])
    assert (summary.read, summary.posted, summary.refused) == (4, 2, 2)


def test_a_mapping_names_the_station_of_files_without_one(tmp_path, head_office, at_s1):
    path = tmp_path / "j.csv"
    path.write_text("receipt,date,time,product,quantity,amount\n1,2026-01-02,08:00,92,20,153.00\n")
    summary = import_sales(head_office, [path], options=ImportOptions(mapping=Mapping(station="S1")))
    assert counts(summary) == (1, 1, 0, 0, 0, 1, "153.00")


def test_it_needs_the_permission_a_path_and_a_format(tmp_path, head_office, at_s1):
    with pytest.raises(NotAllowed):
        import_sales(Actor(kind="staff", name="nobody"), [tmp_path])
    with pytest.raises(Invalid):
        import_sales(head_office, [tmp_path / "nowhere"])
    with pytest.raises(Invalid):
        import_sales(head_office, [tmp_path], "fax")


def test_a_file_in_no_known_format_is_refused(tmp_path, head_office, at_s1):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" * 100)
    (tmp_path / "in" / "empty").write_bytes(b"")
    (tmp_path / "in" / "j.xml").write_bytes(journal(event()))
    summary = import_sales(head_office, [tmp_path / "in"])
    assert (summary.posted, summary.refused) == (1, 2)


def test_a_csv_whose_headings_only_the_mapping_knows_is_recognised(tmp_path, head_office, at_s1):
    """However long it is: where the first 64 KiB end nobody knows, be it within a character."""
    path = tmp_path / "old.csv"
    rows = [f"{number};92;20,000;153,00;2026-01-02;{'备注' * 40}\n" for number in range(400)]
    path.write_bytes("".join(["Bon;Artikel;Menge;Betrag;Datum;Notiz\n", *rows]).encode("gb18030"))
    columns = {"source_ref": "Bon", "product": "Artikel", "quantity": "Menge", "amount": "Betrag", "date": "Datum"}
    told = Mapping(station="S1", columns=columns, delimiter=";", decimal_comma=True, encoding="gb18030")
    assert counts(import_sales(head_office, [path], options=ImportOptions(mapping=told, dry_run=True)))[:2] == (
        400,
        400,
    )
    assert counts(import_sales(head_office, [path])) == (1, 0, 0, 0, 1, 0, "0.00")
