"""The watched inbox, from a file laid into it to where it ends."""

import fcntl
import json
import shutil

import pytest

from forecourt.connectors.pos import inbox
from forecourt.connectors.pos.tasks import take_in_inbox
from forecourt.kernel.home import home
from forecourt.kernel.models import EventRow
from forecourt.sales import queries as sales
from tests.bench.samples import open_sample_station
from tests.connectors.pos.conftest import event, journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(grades):
    """The empty inbox of station S1; S2 is another station."""
    for code in ("S1", "S2"):
        open_sample_station(code)
    shutil.rmtree(home() / "inbox", ignore_errors=True)
    folder = home() / "inbox" / "S1"
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(home() / "inbox", ignore_errors=True)


def take_in(actor):
    return inbox.take_in(actor, settled_seconds=0)


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_file_is_imported_and_put_away(box, head_office):
    (box / "j.xml").write_bytes(journal(event()))
    [summary] = take_in(head_office)
    assert (summary.posted, summary.refused) == (1, 0)
    assert names(box) == ["done", "working"]
    assert names(box / "working") == []
    assert names(box / "done") == ["j.xml", "j.xml.summary.json"]
    assert json.loads((box / "done" / "j.xml.summary.json").read_text())["net"] == "153.00"
    assert EventRow.objects.filter(name="pos.file_taken_in.v1", body__station="S1", body__posted=1).count() == 1
    assert take_in(head_office) == []


def test_what_was_refused_lies_beside_the_file(box, head_office):
    (box / "j.xml").write_bytes(journal(event(), event(number=8).replace("CNY", "USD")))
    take_in(head_office)
    assert names(box / "refused") == ["j.xml", "j.xml.refusals.jsonl", "j.xml.summary.json"]
    assert "USD" in (box / "refused" / "j.xml.refusals.jsonl").read_text()
    assert len(sales.list_sales(head_office)) == 1
    assert EventRow.objects.filter(name="pos.file_refused.v1", body__refused=1).count() == 1


def test_a_file_still_being_written_waits(box, head_office, monkeypatch):
    path = box / "j.xml"
    path.write_bytes(journal(event())[:100])
    monkeypatch.setattr(inbox.time, "sleep", lambda seconds: path.write_bytes(journal(event())))
    assert take_in(head_office) == []
    monkeypatch.undo()
    assert take_in(head_office)[0].posted == 1


def test_unfinished_hidden_and_linked_files_are_left_alone(box, head_office, tmp_path):
    (tmp_path / "elsewhere.xml").write_bytes(journal(event()))
    (box / "link.xml").symlink_to(tmp_path / "elsewhere.xml")
    (box / "j.xml.part").write_bytes(journal(event()))
    (box / ".j.xml").write_bytes(journal(event()))
    assert take_in(head_office) == []
    (box / "j.xml.part").rename(box / "j.xml")
    assert take_in(head_office)[0].posted == 1


def test_what_a_crash_left_in_work_is_taken_up_again(box, head_office):
    (box / "j.xml").write_bytes(journal(event()))
    take_in(head_office)
    (box / "working" / "j.xml").write_bytes(journal(event(), event(number=8)))
    [summary] = take_in(head_office)
    assert (summary.replayed, summary.posted) == (1, 1)
    assert names(box / "done") == ["j-2.xml", "j-2.xml.summary.json", "j.xml", "j.xml.summary.json"]


def test_only_one_process_takes_in_at_a_time(box, head_office):
    (box / "j.xml").write_bytes(journal(event()))
    with (box.parent / ".lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert take_in(head_office) == []
    assert take_in(head_office)[0].posted == 1


def test_a_store_number_nobody_knows_means_the_folder_another_station_is_refused(box, head_office):
    (box / "vendor.xml").write_bytes(journal(event(), store="4711"))
    (box / "wrong.xml").write_bytes(journal(event(), store="S2"))
    unknown, wrong = take_in(head_office)
    assert (unknown.posted, unknown.warnings_by_kind) == (1, {"station_of_folder": 1})
    assert (wrong.posted, wrong.refused) == (0, 1)
    assert "S2" in (box / "refused" / "wrong.xml.refusals.jsonl").read_text()


def test_the_mapping_in_the_folder_is_used(box, head_office):
    (box / "mapping.toml").write_text('[products]\n"92" = "95"\n')
    (box / "j.xml").write_bytes(journal(event()))
    take_in(head_office)
    sale = sales.sale(head_office, sales.list_sales(head_office)[0].id)
    assert sale.lines[0].code == "95"
    assert "mapping.toml" in names(box)


def test_a_wrong_mapping_and_an_unknown_station_say_so(box, head_office):
    (box / "mapping.json").write_text('{"colums": {}}')
    (box / "j.xml").write_bytes(journal(event()))
    other = box.parent / "NOWHERE"
    other.mkdir()
    (other / "j.xml").write_bytes(journal(event()))
    summaries = take_in(head_office)
    assert [summary.refused for summary in summaries] == [1, 1]
    assert "colums" in (box / "refused" / "j.xml.refusals.jsonl").read_text()
    assert "NOWHERE" in (other / "refused" / "j.xml.refusals.jsonl").read_text()


def test_the_schedule_takes_in(box):
    (box / "j.csv").write_text("receipt,date,time,product,quantity,amount\n1,2026-01-02,08:00,92,20,153.00\n")
    assert take_in_inbox(0) == 1
    assert names(box / "done") == ["j.csv", "j.csv.summary.json"]
