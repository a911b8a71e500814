"""Lists as CSV files, made while they are sent."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from django.http import StreamingHttpResponse

from forecourt.organisation import queries as organisation

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def csv_file(name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A file `name`.csv with a line of heads and a line for each row."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff"  # so that spreadsheets read Chinese as UTF-8
        yield writer.writerow([str(head) for head in heads])
        for row in rows:
            yield writer.writerow([_harmless(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def plain_money(value: Decimal) -> str:
    """Money with the company's digits and nothing else, which a spreadsheet takes for a number."""
    return f"{value:.{organisation.company().digits}f}"


class _Echo:
    def write(self, text: str) -> str:
        return text


def _harmless(cell: Any) -> Any:
    """A cell that a spreadsheet does not take for a formula."""
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell
