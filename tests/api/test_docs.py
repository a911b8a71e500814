"""What the pages for callers say is there: every scope in the table, every route that they name."""

import re
from pathlib import Path

import pytest

from forecourt.faces.api.document import document
from forecourt.organisation.values import Scope

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["api.md", "how-to/build-a-member-app.md", "how-to/connect-a-pos.md"]
ROUTE = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`? ]+)")
ADDRESS = re.compile(r"(?:http://127\.0\.0\.1:800[01]/api/v1|\bask '?)(/[A-Za-z0-9/_.{}-]+)")


def said(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def is_there(path: str, method: str | None = None) -> bool:
    """Whether an address, its places filled or named, is a route, and takes that method."""
    wanted = f"/api/v1{path.removeprefix('/api/v1')}".rstrip("/.").split("/")
    for known, item in document()["paths"].items():
        parts = known.split("/")
        same = len(parts) == len(wanted) and all(
            one == other or one.startswith("{") for one, other in zip(parts, wanted, strict=True)
        )
        if same and (method is None or method.lower() in item):
            return True
    return False


def test_the_table_of_scopes_is_whole():
    told = re.findall(r"^\| `([a-z]+:[a-z]+)` \|", said("api.md"), re.M)
    assert sorted(told) == sorted(scope.value for scope in Scope)


@pytest.mark.parametrize("page", PAGES)
def test_every_route_that_a_page_names_is_there(page):
    text = said(page)
    routes = [(path, method) for method, path in ROUTE.findall(text)]
    addresses = [(path, None) for path in ADDRESS.findall(text)]
    assert routes or addresses
    assert not [found for found in routes + addresses if not is_there(*found)]


def test_the_how_to_names_scopes_that_exist():
    known = {scope.value for scope in Scope}
    for page in PAGES:
        assert set(re.findall(r"--scope ([a-z:]+)", said(page))) <= known
