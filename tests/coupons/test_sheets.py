"""Sheets to print as one file: every code once with its picture, made anew after a death, gone when nobody wants it."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4
from zipfile import ZipFile

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from forecourt.coupons import queries, rules, services
from forecourt.coupons.models import CouponSheets
from forecourt.coupons.rules import sheets as drawing
from forecourt.coupons.services import sheets as making
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.problems import Conflict, NotAllowed, NotFound
from tests.coupons.scenes import HEAD_OFFICE, make_template


def a_batch(count: int) -> int:
    make_template(name="洗车 <券>")
    batch_id = services.create_batch(HEAD_OFFICE, "wash", "传单", count)
    while services.extend_batch(SYSTEM, batch_id):
        pass
    return batch_id


def printed(batch_id: int) -> dict[str, list[str]]:
    """The codes on the pages of the file, by the pages' names."""
    with ZipFile(services.take_sheets(HEAD_OFFICE, batch_id)) as whole:
        assert whole.testzip() is None
        return {name: re.findall(r"<code>(.*?)</code>", whole.read(name).decode()) for name in whole.namelist()}


@pytest.fixture(autouse=True)
def _no_files_before():
    """Batches of tests bear the same numbers again and again."""
    for path in making._folder().iterdir():
        path.unlink()


@given(st.text(alphabet=rules.ALPHABET, min_size=rules.CODE_LENGTH, max_size=rules.CODE_LENGTH))
def test_the_path_draws_the_modules_of_the_code(code):
    side, path = drawing.qr_path(code)
    matrix = segno.make_qr(code, error="m", mask=2).matrix
    drawn = [[0] * side for _ in range(side)]
    x = y = 0
    for step, first, second in re.findall(r"([Mmh])(-?\d+)(?: (-?[\d.]+))?", path):
        if step == "h":
            drawn[y][x : x + int(first)] = [1] * int(first)
            x += int(first)
        elif step == "M":
            x, y = int(first), int(float(second))
        else:
            x, y = x + int(first), y + int(second)
    assert [row[2:-2] for row in drawn[2:-2]] == [list(row) for row in matrix]
    assert not any(drawn[0] + drawn[1] + drawn[-1] + drawn[-2])


def test_every_coupon_stands_on_a_sheet_once(chain, monkeypatch):
    monkeypatch.setattr(making, "IN_A_FILE", 48)
    batch_id = a_batch(100)
    codes = [line.code for line in queries.batch_codes(batch_id)]
    services.redeem_coupon(HEAD_OFFICE, codes[1], "S001")
    asked = services.ask_sheets(HEAD_OFFICE, batch_id, "zh-hans")
    assert (asked.state.value, asked.size, asked.done) == ("waiting", 100, 0)
    with pytest.raises(Conflict, match="not ready yet"):
        services.take_sheets(HEAD_OFFICE, batch_id)
    assert services.make_sheets(SYSTEM, batch_id, asked.ticket)
    assert not services.make_sheets(SYSTEM, batch_id, asked.ticket), "it is made"
    found = printed(batch_id)
    assert list(found) == [f"coupons-{batch_id}-000{number}.html" for number in (1, 2, 3)]
    assert [code.replace("-", "") for codes_of_page in found.values() for code in codes_of_page] == codes
    view = queries.sheets(batch_id)
    assert (view.state.value, view.done, view.finished_at is not None) == ("done", 100, True)
    path = services.take_sheets(HEAD_OFFICE, batch_id)
    assert view.bytes == path.stat().st_size
    with ZipFile(path) as whole:
        page = whole.read(whole.namelist()[0]).decode()
    assert page.count("<section>") == 2
    assert page.count('<div class="gone">') == 1
    assert '<html lang="zh-hans">' in page
    assert "第 1 至 48 张，共 100 张" in page
    assert "有效期至 20" in page
    assert "洗车 <券>" in unescape(page)
    assert "<券>" not in page
    assert "http" not in page, "a page needs nothing else"


def test_one_that_is_stopped_leaves_no_part_and_begins_anew(chain, monkeypatch):
    monkeypatch.setattr(making, "IN_A_FILE", 24)
    batch_id = a_batch(60)
    asked = services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    with pytest.raises(services.Interrupted):
        services.make_sheets(SYSTEM, batch_id, asked.ticket, lambda: True)
    assert not [path for path in making._folder().iterdir() if path.name.startswith(f"{batch_id}-")]
    assert services.make_sheets(SYSTEM, batch_id, asked.ticket)
    assert sum(map(len, printed(batch_id).values())) == 60


def test_who_asks_anew_or_throws_away_ends_the_one_before(chain, monkeypatch):
    monkeypatch.setattr(making, "IN_A_FILE", 24)
    batch_id = a_batch(60)
    first = services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    with pytest.raises(Conflict, match="being made already"):
        services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    assert services.make_sheets(SYSTEM, batch_id, first.ticket)
    second = services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    assert not services.make_sheets(SYSTEM, batch_id, first.ticket)
    assert services.make_sheets(SYSTEM, batch_id, second.ticket)
    (kept,) = making._folder().glob(f"{batch_id}-*")
    assert str(second.ticket) in kept.name

    third = services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    parts = []

    def gone() -> bool:
        parts.append(queries.sheets(batch_id).done)
        CouponSheets.objects.filter(batch_id=batch_id).delete()
        return False

    assert not services.make_sheets(SYSTEM, batch_id, third.ticket, gone), "nobody wants it any more"
    assert len(parts) == 1


def test_sheets_are_dropped_by_hand_and_after_a_week(chain, django_capture_on_commit_callbacks):
    services.forget_sheets()
    batch_id = a_batch(5)
    asked = services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    services.make_sheets(SYSTEM, batch_id, asked.ticket)
    stray = making._folder() / f"{batch_id}-{uuid4()}.part"
    stray.write_bytes(b"x")
    assert services.forget_sheets() == 1
    path = services.take_sheets(HEAD_OFFICE, batch_id)
    CouponSheets.objects.update(finished_at=clock.now() - timedelta(days=8))
    assert services.forget_sheets() == 1
    assert not path.exists()
    assert queries.sheets(batch_id) is None
    with pytest.raises(NotFound, match="There are no sheets"):
        services.take_sheets(HEAD_OFFICE, batch_id)

    asked = services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    services.make_sheets(SYSTEM, batch_id, asked.ticket)
    path = services.take_sheets(HEAD_OFFICE, batch_id)
    with django_capture_on_commit_callbacks(execute=True):
        services.drop_sheets(HEAD_OFFICE, batch_id)
        services.drop_sheets(HEAD_OFFICE, batch_id)
    assert not path.exists()


def test_a_batch_without_all_its_coupons_or_a_void_one_is_not_printed(chain):
    make_template()
    batch_id = services.create_batch(HEAD_OFFICE, "wash", "x", 30)
    with pytest.raises(Conflict, match="still being made"):
        services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    services.extend_batch(SYSTEM, batch_id)
    services.void_batch(HEAD_OFFICE, batch_id, "misprint")
    with pytest.raises(Conflict, match="is void"):
        services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    nobody = Actor(kind="staff", id=9, name="x", permissions=frozenset(), stations=None)
    for refused in (services.take_sheets, services.drop_sheets):
        with pytest.raises(NotAllowed):
            refused(nobody, batch_id)
    with pytest.raises(NotFound):
        services.ask_sheets(HEAD_OFFICE, 4711, "en")


def test_a_full_disk_is_told_to_whoever_asked(chain, monkeypatch):
    batch_id = a_batch(5)
    asked = services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    monkeypatch.setattr(making, "_path", lambda *_names: making._folder() / "no" / "such" / "folder.zip")
    with pytest.raises(OSError, match="No such file"):
        services.make_sheets(SYSTEM, batch_id, asked.ticket)
    view = queries.sheets(batch_id)
    assert (view.state.value, view.error) == ("failed", "No such file or directory")
    monkeypatch.undo()
    assert services.make_sheets(SYSTEM, batch_id, asked.ticket), "another try makes it"


def test_who_took_the_sheets_is_in_the_audit_trail(chain):
    batch_id = a_batch(5)
    asked = services.ask_sheets(HEAD_OFFICE, batch_id, "en")
    services.make_sheets(SYSTEM, batch_id, asked.ticket)
    services.take_sheets(HEAD_OFFICE, batch_id)
    found = sql.rows(
        "SELECT action, detail ->> 'kind' FROM kernel_audit WHERE subject = %(subject)s ORDER BY id",
        {"subject": f"coupon_batch:{batch_id}"},
    )
    assert found[-2:] == [("coupon_batch.sheets", None), ("coupon_batch.export", "sheets")]
