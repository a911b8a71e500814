"""The rooms of a folder: what other folders may import, and how long a file may be."""

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import forecourt

PACKAGE = Path(forecourt.__file__).parent
FOLDERS = {"organisation", "catalogue", "customers", "loyalty", "offers", "coupons", "sales"} | {
    "rewards",
    "games",
    "occasions",
    "accounts",
}
PUBLIC = {"values", "rules", "events", "permissions", "queries", "records", "services"}
ALSO_PUBLIC = {
    "sales": {"wire", "answers", "words"},
    "rewards": {"answers"},
    "coupons": {"answers"},
    "loyalty": {"words"},
}
"""The one JSON form of sales, redemptions and coupons looked up, and the words for explanations and for the programme, for all
doors, files and screens."""
ASSEMBLED = {"faces/api": {"api"}, "faces/backoffice": {"admin"}, "faces/signin.py": {"models"}}
"""Faces put together what folders offer for it; Django's sign-in wants the user's own row."""
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Dotted names that a file imports: modules, and names in them as "forecourt.sales.models.Sale"."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def folder_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def assembled(path: Path) -> set[str]:
    place = path.relative_to(PACKAGE).as_posix()
    return set().union(*(rooms for prefix, rooms in ASSEMBLED.items() if place.startswith(prefix)))


def is_label(name: str) -> bool:
    """Whether this is a list of choices with their words, which stands with the column it is for."""
    return name.split(".")[2] == "models" and name.endswith("_NAMES")


def test_other_folders_import_public_rooms_only():
    faults = []
    for path in SOURCES:
        for name in imported(path):
            parts = name.split(".")
            if len(parts) < 3 or parts[0] != "forecourt" or parts[1] not in FOLDERS or parts[1] == folder_of(path):
                continue
            rooms = PUBLIC | ALSO_PUBLIC.get(parts[1], set()) | assembled(path)
            if parts[2] not in rooms and not is_label(name):
                faults.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not faults, "\n".join(faults)


def test_files_and_functions_stay_small():
    faults = []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_FILE:
            faults.append(f"{path.relative_to(PACKAGE)} is too long")
        for node in ast.walk(tree_of(path)):
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if is_function and node.end_lineno - node.lineno > LONGEST_FUNCTION:
                faults.append(f"{path.relative_to(PACKAGE)}: {node.name} is too long")
    assert not faults, "\n".join(faults)


def test_no_file_is_named_after_nothing():
    nothing = {"utils.py", "helpers.py", "common.py", "misc.py", "base.py"}
    assert not [path for path in SOURCES if path.name in nothing]


def test_the_till_door_starts_without_the_framework_of_the_web_api():
    """It is loaded by nothing else either, such as what Django looks for by itself; it costs each process 10 MB."""
    look = "import sys, forecourt.faces.till.app; print(sorted({'ninja', 'pydantic'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
