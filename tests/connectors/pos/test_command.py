"""`forecourt import`, as it is typed."""

import json

import pytest
from click.testing import CliRunner

from forecourt.faces.cli.importing import importing
from tests.bench.samples import open_sample_station
from tests.connectors.pos.conftest import event, journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(grades):
    open_sample_station("S1")
    return lambda *arguments: CliRunner().invoke(importing, [str(argument) for argument in arguments])


def test_the_last_line_is_the_summary(run, tmp_path):
    path = tmp_path / "j.xml"
    path.write_bytes(journal(event()))
    result = run("sales", path, "--format", "naxml")
    assert result.exit_code == 0
    summary = json.loads(result.stdout.splitlines()[-1])
    assert {key: summary[key] for key in ("read", "posted", "replayed", "flagged", "refused", "lines", "net")} == {
        "read": 1, "posted": 1, "replayed": 0, "flagged": 0, "refused": 0, "lines": 1, "net": "153.00",
    }  # fmt: skip


def test_something_refused_ends_with_3(run, tmp_path):
    path = tmp_path / "j.xml"
    path.write_bytes(journal(event(), event(number=8).replace("CNY", "USD")))
    result = run("sales", path, "--refusals", tmp_path / "r.jsonl")
    assert result.exit_code == 3
    assert "r.jsonl" in result.stderr
    assert json.loads(result.stdout.splitlines()[-1])["refused"] == 1
    assert json.loads((tmp_path / "r.jsonl").read_text())["reference"] == "2026-01-02-8-99"


@pytest.mark.parametrize(("arguments", "says"), [(("--format", "fax"), "fax"), (("--mapping", "bad.json"), "tendres")])
def test_what_cannot_be_done_ends_with_1_and_says_why(run, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "j.xml").write_bytes(journal(event()))
    (tmp_path / "bad.json").write_text('{"tendres": {}}')
    result = run("sales", "j.xml", *arguments)
    assert result.exit_code == 1
    assert says in result.stderr


def test_breaking_off_says_how_to_go_on(run, tmp_path, monkeypatch):
    from forecourt.connectors.pos import imports

    def broken_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(imports, "import_sales", broken_off)
    (tmp_path / "j.xml").write_bytes(journal(event()))
    result = run("sales", tmp_path / "j.xml")
    assert result.exit_code == 130
    assert "again" in result.stderr


def test_costs_end_with_their_summary_and_3_when_a_line_is_refused(run, tmp_path):
    path = tmp_path / "costs.csv"
    path.write_text("product,station,cost,from\n92,,6.80,2026-01-02\n92,S1,6.75,2026-01-02\n")
    foreseen = run("costs", path, "--dry-run")
    assert (foreseen.exit_code, json.loads(foreseen.stdout.splitlines()[-1])["noted"]) == (0, 2)
    done = run("costs", path)
    assert (done.exit_code, json.loads(done.stdout.splitlines()[-1])["noted"]) == (0, 2)
    path.write_text(path.read_text() + "none,,1,2026-01-02\n")
    again = run("costs", path, "--refusals", tmp_path / "r.jsonl")
    summary = json.loads(again.stdout.splitlines()[-1])
    assert again.exit_code == 3
    assert {key: summary[key] for key in ("read", "noted", "known", "refused")} == {
        "read": 3, "noted": 0, "known": 2, "refused": 1,
    }  # fmt: skip
    assert json.loads((tmp_path / "r.jsonl").read_text())["line"] == 4
    assert "r.jsonl" in again.stderr
