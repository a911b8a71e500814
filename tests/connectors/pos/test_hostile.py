"""Files that mean harm or are broken: a clear refusal, bounded memory, and all that is sound still read."""

import gzip
import tracemalloc
from io import BytesIO, RawIOBase

import pytest

from forecourt.connectors.pos import formats, sources
from forecourt.connectors.pos.values import Found, Mapping, Reading, Refusal
from forecourt.organisation.values import CompanyFacts
from tests.connectors.pos.conftest import event, item, journal, json_sale

MIB = 1024 * 1024


class Endless(RawIOBase):
    """A head, then so many bytes of the same, then a tail: without ever holding them."""

    def __init__(self, head: bytes, filler: bytes, size: int, tail: bytes = b"") -> None:
        self._head, self._filler, self._left, self._tail = head, filler, size, tail
        self._at = 0

    def readable(self):
        return True

    def read(self, wanted=-1):
        wanted = 65536 if wanted is None or wanted < 0 else wanted
        if self._head:
            given, self._head = self._head[:wanted], self._head[wanted:]
        elif self._left > 0:
            wanted = min(wanted, self._left)
            given = (self._filler * (wanted // len(self._filler) + 2))[self._at : self._at + wanted]
            self._at = (self._at + wanted) % len(self._filler)
            self._left -= wanted
        else:
            given, self._tail = self._tail[:wanted], self._tail[wanted:]
        return given

    def readline(self, limit=-1):
        """Of a stream without line ends."""
        return self.read(limit)


def read_from(name, stream):
    reading = Reading(company=CompanyFacts(name="Test"), mapping=Mapping(station="S1"))
    return list(formats.named(name).read(stream, reading))


def test_billion_laughs_is_refused_before_it_is_looked_at(read):
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    body = f"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY l0 'ha'>{laughs}]>".encode() + journal(event(more="&l9;"))
    found = read("naxml", body)
    assert [one.line for one in found.refusals] == [1]
    assert "DOCTYPE" in found.refusals[0].reason
    assert found.sales == []


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    ],
)
def test_external_entities_are_refused(read, declared):
    found = read(
        "naxml", f"<?xml version='1.0'?>{declared}".encode() + journal(event(more="<CashierID>&e;</CashierID>"))
    )
    assert found.sales == []
    assert "DOCTYPE" in found.refusals[0].reason


def test_an_undeclared_entity_breaks_the_file_off_after_what_was_sound(read):
    found = read("naxml", journal(event(), event(number=8, more="&evil;")))
    assert len(found.sales) == 1
    assert len(found.refusals) == 1


@pytest.mark.parametrize("depth", [100, 300, 100_000])
def test_deep_nesting(read, depth):
    found = read("naxml", journal(event(), "<a>" * depth))
    assert len(found.sales) == 1
    assert len(found.refusals) == 1


@pytest.mark.parametrize(
    ("head", "filler"),
    [
        (b"<NAXML-POSJournal><JournalReport>", b"x"),
        (b"<NAXML-POSJournal><JournalReport><a b='", b"x"),
        (b"<NAXML-POSJournal><JournalReport><!--", b"> "),
        (b"<NAXML-POSJournal><JournalReport><![CDATA[", b"> "),
        (b"<NAXML-POSJournal><JournalReport><?pi ", b"> "),
        (b"<NAXML-POSJournal><JournalReport><SaleEvent><Description>", b"x"),
        (b"<NAXML-POSJournal><JournalReport><junk>", b"<a>1</a>"),
        (b"<NAXML-POSJournal><JournalReport><SaleEvent>", b"<a>1</a>"),
        (b"<NAXML-POSJournal ", b"x"),
        (b"<!--", b"x"),
        (b"", b"\0"),
        (b"", b"\x89PNG\r\n"),
    ],
)
def test_endless_xml_stays_within_bounds(head, filler):
    tracemalloc.start()
    items = read_from("naxml", Endless(head, filler, 8 * MIB))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(one) for one in items] == [Refusal]
    assert peak < 12 * MIB


def test_an_event_too_large_to_hold_is_refused_alone(read):
    filling = "<TransactionLine><ItemLine><Description>x</Description></ItemLine></TransactionLine>" * 60_000
    found = read("naxml", journal(event(), event(filling, number=8), event(number=9)))
    assert [sale.source_ref for sale in found.sales] == ["2026-01-02-7-99", "2026-01-02-9-99"]
    assert ["2 MiB" in one.reason for one in found.refusals] == [True]


def test_many_small_records_are_no_standstill(read):
    found = read("naxml", journal("<OtherEvent/>" * 400_000))
    assert found.skipped.count("other_event") == 400_000
    assert found.refusals == []


def test_too_many_lines_are_refused(read):
    line = item("1", "1", "1.00")
    found = read("naxml", journal(event(line * 1001), event(number=8)))
    assert [one.field for one in found.refusals] == ["lines"]
    assert len(found.sales) == 1


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_one_line_of_100_mb_is_not_held(name):
    tracemalloc.start()
    items = read_from(name, Endless(b"", b"x", 100 * MIB))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(items) == 1
    assert str(MIB) in items[0].reason
    assert peak < 8 * MIB


def test_a_long_line_between_good_ones(read):
    found = read("jsonl", json_sale("1").encode() + b'{"a":"' + b"x" * 2 * MIB + b'"}\n' + json_sale("2").encode())
    assert [one.source_ref for one in found.sales] == ["1", "2"]
    assert [one.line for one in found.refusals] == [2]


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[" * 100_000,
        b'{"station":"S1"}',
        b"NaN",
        b'{"station":"S1","source":"p","source_ref":"1","occurred_at":"2026-01-02T08:30:00","lines":[]}',
        b'{"station":"S1","station":"S2"}',
        b"\xff\xfe\x00",
        b'{"lines":[{"amount":1e999}]}',
        b"\0\0\0\0",
    ],
)
def test_a_bad_json_line_costs_only_itself(read, line):
    good = json_sale("1").strip().encode()
    found = read("jsonl", b"\xef\xbb\xbf" + good + b"\r\n" + line + b"\n\n" + good)
    assert len(found.sales) == 2
    assert [one.line for one in found.refusals] == [2]


def test_binary_junk_as_json_lines_is_given_up(read):
    found = read("jsonl", b"junk\n" * 5000)
    assert len(found.refusals) == 1001
    assert "is this JSON Lines" in found.refusals[-1].reason


@pytest.mark.parametrize("name", ["naxml", "verifone", "csv", "jsonl"])
@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf", b"\n\n", b"\0" * 1000, bytes(range(256)) * 40])
def test_junk_is_refused_in_every_format(read, name, body):
    found = read(name, body)
    assert found.sales == []
    assert found.refusals


def test_a_byte_order_mark_and_utf_16(read):
    assert len(read("naxml", b"\xef\xbb\xbf" + journal(event())).sales) == 1
    text = "<?xml version='1.0' encoding='UTF-16'?>" + journal(event()).decode()
    assert len(read("naxml", text.encode("utf-16")).sales) == 1


def test_an_encoding_that_lies_breaks_off(read):
    body = b"<?xml version='1.0' encoding='UTF-8'?>" + journal(event()).replace(b"cash", b"ca\xff\xfeh")
    found = read("naxml", body)
    assert found.sales == []
    assert len(found.refusals) == 1


@pytest.mark.parametrize(
    "figure", ["NaN", "Infinity", "-Infinity", "1e999", "0x10", "12345678901234567890", "１２", ""]
)
def test_numbers_that_are_none(read, figure):
    body = journal(event().replace(">20.000<", f">{figure}<"), event(number=8))
    found = read("naxml", body)
    assert [one.field for one in found.refusals] == ["SalesQuantity"]
    assert len(found.sales) == 1


@pytest.mark.parametrize("stamp", ["0000-00-00", "2026-02-30", "9999-12-31", "1899-01-01", "yesterday"])
def test_dates_that_are_none(read, stamp):
    body = journal(event().replace("2026-01-02</BusinessDate>", f"{stamp}</BusinessDate>"), event(number=8))
    found = read("naxml", body)
    assert [one.field for one in found.refusals] == ["BusinessDate"]
    assert len(found.sales) == 1


def test_a_truncated_gzip_keeps_what_came_before(tmp_path):
    path = tmp_path / "journal.xml.gz"
    events = [event(number=number) for number in range(2000)]
    packed = gzip.compress(journal(*events))
    path.write_bytes(packed[: len(packed) // 2])
    with sources.Source(path) as source:
        items = read_from("naxml", source.stream)
    assert sum(isinstance(one, Found) for one in items) > 100
    assert isinstance(items[-1], Refusal)
    assert "gzip" in items[-1].reason


def test_a_gzip_that_swells_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "_FREE_BYTES", MIB)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\n" * 8 * MIB))
    with sources.Source(path) as source:
        items = read_from("jsonl", source.stream)
    assert "swells" in items[-1].reason


def test_memory_does_not_grow_with_the_file(read):
    one = event(number=1).encode()
    head, tail = journal("@").split(b"@")
    stream = Endless(head, one, len(one) * 3_000, tail)
    tracemalloc.start()
    reading = Reading(company=CompanyFacts(name="Test"))
    count = sum(isinstance(item, Found) for item in formats.named("naxml").read(stream, reading))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 3_000
    assert peak < 4 * MIB


def test_lines_far_down_are_numbered_right(read):
    body = journal(event(), "\n" * 70_000, event(number=8).replace("20.000", "x"))
    assert read("naxml", body).refusals[0].line == 70_001


def test_a_stream_is_never_read_whole():
    class Short(BytesIO):
        def read(self, size=-1):
            assert 0 <= size <= 65536
            return super().read(size)

    assert len(read_from("naxml", Short(journal(event())))) == 1
