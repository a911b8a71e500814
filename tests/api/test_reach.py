"""What the back office does with offers, coupons, points, rewards, games, occasions and accounts, a caller can do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import forecourt

PACKAGE = Path(forecourt.__file__).parent
FOLDERS = ("loyalty", "offers", "coupons", "rewards", "games", "occasions", "accounts")
SENT_WHOLE = {"discard_policy", "draft_floor", "drop_floor"}
"""Steps of drafts that a caller sends whole."""
SCREENS = sorted((PACKAGE / "faces/backoffice/screens").glob("*.py"))
ROUTES = [
    *PACKAGE.glob("*/api.py"),
    *PACKAGE.glob("*/api/*.py"),
    *PACKAGE.glob("*/answers.py"),
    *PACKAGE.glob("faces/api/*.py"),
]


def commands_used(path: Path) -> Iterator[tuple[str, str]]:
    """(folder, command) for each use of a folder's `services`, under whatever name they are imported."""
    tree = ast.parse(path.read_text("utf-8"))
    names = {
        alias.asname or alias.name: node.module.split(".")[1]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("forecourt.")
        for alias in node.names
        if alias.name == "services"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            yield names[node.value.id], node.attr


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_command_of_the_screens_has_a_route(folder):
    by_screens = {name for path in SCREENS for owner, name in commands_used(path) if owner == folder and name.islower()}
    by_routes = {name for path in ROUTES for owner, name in commands_used(path) if owner == folder}
    assert by_screens
    assert not by_screens - by_routes - SENT_WHOLE
