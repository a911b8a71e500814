"""Sheets of coupons to print: A4, 24 on each, a QR code and the code in letters; a file holds many and needs nothing else."""

from collections.abc import Iterable, Iterator
from html import escape
from itertools import islice
from typing import Final, NamedTuple

import segno

ON_A_SHEET: Final = 24
SHEETS_A_FILE: Final = 100
"""Sheets in one file: more make browsers slow."""
IN_A_FILE: Final = ON_A_SHEET * SHEETS_A_FILE

_MASK: Final = 2
_MARGIN: Final = 2
_STYLE: Final = """
body { margin: 0; background: #e2e8f0; color: #0f172a; font: 11px/1.35 system-ui, "PingFang SC", "Noto Sans SC",
  "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
section { display: grid; grid-template-columns: repeat(3, 1fr); grid-auto-rows: 35mm; width: 198mm;
  margin: 6mm auto; padding: 8mm 6mm; background: #fff; box-sizing: border-box; }
div { display: grid; grid-template-columns: 25mm minmax(0, 1fr); gap: 2mm; align-items: center; padding: 1mm 2mm;
  border: 1px dashed #cbd5e1; box-sizing: border-box; overflow: hidden; }
svg { width: 25mm; height: 25mm; stroke: #000; }
p { margin: 0; }
b { display: block; font-size: 12px; }
code { display: block; font: 600 10.5px ui-monospace, Menlo, monospace; white-space: nowrap; margin: .6mm 0; }
small { display: block; color: #475569; }
.gone { opacity: .3; text-decoration: line-through; }
@page { size: A4; margin: 8mm 6mm; }
@media print {
  body { background: #fff; }
  section { width: auto; margin: 0; padding: 0; break-after: page; }
  section:last-child { break-after: auto; }
}
"""


class Sticker(NamedTuple):
    """A coupon on a sheet: its code, the code as it is printed, and until when it is good, in words; "" for ever."""

    code: str
    shown: str
    until: str
    is_gone: bool


class Heading(NamedTuple):
    """What stands on every sticker of a file, and the file's own title and language."""

    company: str
    name: str
    title: str
    language: str


def qr_path(code: str) -> tuple[int, str]:
    """A QR code as (modules on a side with its margin, path to stroke one module wide).

    Every mask can be read, so it is always the same: choosing the best for each of a million codes takes seven times as long.
    """
    matrix = segno.make_qr(code, error="m", mask=_MASK).matrix
    steps = []
    at_x, at_y = 0, -1
    for y, row in enumerate(matrix):
        x, width = 0, len(row)
        while (start := row.find(1, x)) >= 0:
            end = row.find(0, start)
            x = end if end >= 0 else width
            steps.append(f"m{start - at_x} {y - at_y}" if at_y >= 0 else f"M{start + _MARGIN} {y + _MARGIN}.5")
            steps.append(f"h{x - start}")
            at_x, at_y = x, y
    return len(matrix) + 2 * _MARGIN, "".join(steps)


def sheets(heading: Heading, stickers: Iterable[Sticker]) -> Iterator[str]:
    """One file of sheets as HTML, piece by piece."""
    yield (
        f'<!doctype html><html lang="{escape(heading.language)}"><head><meta charset="utf-8">'
        f"<title>{escape(heading.title)}</title><style>{_STYLE}</style></head><body>"
    )
    above = f"<p><small>{escape(heading.company)}</small><b>{escape(heading.name)}</b>"
    left = iter(stickers)
    while sheet := list(islice(left, ON_A_SHEET)):
        yield "<section>" + "".join(_sticker(one, above) for one in sheet) + "</section>\n"
    yield "</body></html>\n"


def _sticker(one: Sticker, above: str) -> str:
    side, path = qr_path(one.code)
    gone = ' class="gone"' if one.is_gone else ""
    until = f"<small>{escape(one.until)}</small>" if one.until else ""
    return (
        f'<div{gone}><svg viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'
        f"{above}<code>{escape(one.shown)}</code>{until}</p></div>"
    )
