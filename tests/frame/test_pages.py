"""What the pages of the documentation name is there: files, links, commands with their options, settings, tables."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
from django.apps import apps

from forecourt.faces.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in PAGES}
FILE = re.compile(r"[\w./-]+\.(?:py|sql|toml|po|json|md|yaml)\b")
COMMAND = re.compile(r"(?:^|[ (/])forecourt ((?:[a-z]+[a-z-]*|--)[^|\n#;&]*)", re.MULTILINE)
NOT_OF_THE_REPOSITORY = {"bench.json", "mapping.toml", "tills.toml", "kernel.sql", "services.py"}
"""Files that are made, or that the reader writes; a module; what a room is called."""


def spans(text: str) -> list[str]:
    """What stands between backticks in a line."""
    return re.findall(r"`([^`\n]+)`", text)


def code(text: str) -> str:
    """What is to be read as code: spans and indented lines."""
    return "\n".join(spans(text) + re.findall(r"^    .*", text, re.MULTILINE))


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_links_lead_somewhere():
    faults = []
    for page in PAGES:
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
            place, _, heading = link.partition("#")
            target = (page.parent / place) if place else page
            is_there = link.startswith("http") or (target.exists() and (not heading or heading in headings(target)))
            faults += [] if is_there else [f"{page.name}: {link}"]
    assert not faults


def test_files_that_are_named_are_there():
    """By the whole path or by how it ends."""
    known = [
        path.relative_to(ROOT).parts
        for folder in ("forecourt", "tests", "benchmarks", "docs")
        for path in (ROOT / folder).rglob("*.*")
    ]
    ends = {"/".join(parts[-count:]) for parts in known for count in range(1, len(parts) + 1)}
    faults = []
    for page, text in TEXTS.items():
        for name in FILE.findall("\n".join(spans(text))):
            is_meant = not name.startswith("/") and Path(name).name not in NOT_OF_THE_REPOSITORY
            faults += [f"{page}: {name}"] if is_meant and name not in ends and not (ROOT / name).exists() else []
    assert not faults


def test_what_holds_names_tests_where_they_are():
    """A file without a folder lies beside the one named before it in its row."""
    faults, beside = [], ROOT
    for row in TEXTS["docs/what-holds.md"].splitlines():
        for name in re.findall(r"`([\w/.]+)`", row.rpartition(" | ")[2]):
            path = ROOT / name if name.startswith("tests/") else beside / name
            beside = path.parent if path.suffix else path
            faults += [] if path.exists() else [name]
    assert not faults


def test_no_row_of_what_holds_stands_twice():
    said = [row.split(" | ")[0] for row in TEXTS["docs/what-holds.md"].splitlines() if row.startswith("| ")]
    assert not {row for row in said if said.count(row) > 1}


def command_of(words: list[str]) -> click.Command:
    """The command that words begin with. Raises KeyError where there is none."""
    entry = COMMANDS[words[0]]
    command: click.Command = getattr(import_module(f"forecourt.faces.cli.{entry.module}"), entry.attribute)
    for word in words[1:]:
        if isinstance(command, click.Group):
            command = command.commands[word]
    return command


def unknown_of(line: str) -> Iterator[str]:
    """What of a command line there is not."""
    words = [word.strip("[],.`)") for word in line.replace("\\", "").split()]
    if words[0].startswith("--"):
        return
    try:
        command = command_of([word for word in words if not word.startswith("--")])
    except KeyError as missing:
        yield f"{line}: {missing}"
        return
    takes = {name for option in command.params for name in option.opts} | {"--help"}
    yield from (f"{line}: {word}" for word in words if word.startswith("--") and word not in takes)


def test_commands_that_are_named_take_those_options():
    lines = [line for text in TEXTS.values() for line in COMMAND.findall(code(text))]
    assert len(lines) > 30
    assert not [fault for line in lines for fault in unknown_of(line)]


def test_settings_that_are_named_are_read():
    source = "\n".join(
        path.read_text("utf-8") for name in ("forecourt", "benchmarks", "tests") for path in (ROOT / name).rglob("*.py")
    )
    named = {name for text in TEXTS.values() for name in re.findall(r"\b(?:FORECOURT|BENCH)_[A-Z_]+\b", text)}
    assert "FORECOURT_HOME" in named
    assert not {name for name in named if f'"{name}"' not in source}


def test_tables_that_the_architecture_names_are_there():
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    folders = "|".join(config.label for config in apps.get_app_configs() if config.name.startswith("forecourt."))
    named = set(re.findall(rf"`((?:{folders})_[a-z]+)`", TEXTS["docs/architecture.md"]))
    assert len(named) > 20
    assert not named - known


def test_targets_of_make_that_are_named_are_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for text in TEXTS.values() for name in re.findall(r"\bmake ([a-z]+)\b", code(text))}
    assert {"run", "test"} <= named <= targets
