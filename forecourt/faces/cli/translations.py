"""`forecourt translations`: every string a user can see has its Chinese. For developers; needs the extra `dev`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import click
import polib
from babel.messages.extract import extract_python

PACKAGE: Final = Path(__file__).parents[2]
LOCALE: Final = Path("locale") / "zh_Hans" / "LC_MESSAGES" / "django.po"
FOREIGN: Final = PACKAGE / LOCALE
"""The Chinese of strings that stand in other people's packages and have none there."""
_USED_EXTRAS: Final = frozenset({"filters"})
_OTHERS_HOME: Final = PACKAGE / "faces" / "backoffice"
"""Where strings outside of any app's folder have their Chinese."""

_KEYWORDS: Final[dict[str, Any]] = dict.fromkeys(
    (
        *("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"),
        *("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"),
    )
)
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)|%[sdif]|\{(\w*)[^{}]*\}")
_FILLED: Final = re.compile(r"%\(\w+\)[0-9.,]*[a-z]|%%")
"""What is filled in with `%`, and what stands for a percent sign where something is."""


@dataclass(frozen=True, slots=True)
class Word:
    """A string to translate and where it stands."""

    text: str
    context: str | None
    plural: str | None
    path: Path
    line: int

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text


@click.group()
def translations() -> None:
    """Check and update the Chinese of every string."""


@translations.command()
def check() -> None:
    """Tell every string without Chinese, and every translation that cannot be right; exit code 1 if there is one."""
    faults = [*missing(own_words(), catalogues()), *missing(foreign_words(), catalogues()), *wrong(catalogues())]
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.ClickException(f"{len(faults)} translations are missing or wrong.")
    click.echo("Every string has its Chinese.")


@translations.command()
def update() -> None:
    """Add the strings that are missing to the catalogues they belong to, to be translated there."""
    known = {key for entries in catalogues().values() for key in entries}
    added = 0
    for word in (*own_words(), *foreign_words()):
        if word.key not in known:
            _add(word, catalogue_of(word.path))
            known.add(word.key)
            added += 1
    click.echo(f"{added} strings were added.")


def own_words() -> list[Word]:
    """All strings in Forecourt's code and templates."""
    return list(_words_below(PACKAGE))


def foreign_words() -> list[Word]:
    """All strings of the back office's framework that Django has no Chinese for."""
    import django
    from django.utils.translation import gettext, override, pgettext

    spec = find_spec("unfold")
    if spec is None or spec.origin is None:
        return []
    django.setup()
    with override("zh-hans"):
        return [
            word
            for word in _words_below(Path(spec.origin).parent)
            if not _is_unused(word.path)
            and (pgettext(word.context, word.text) if word.context else gettext(word.text)) == word.text
        ]


def _is_unused(path: Path) -> bool:
    """Whether the file belongs to an extra of the framework that is not installed here."""
    if "contrib" not in path.parts:
        return False
    return path.parts[path.parts.index("contrib") + 1] not in _USED_EXTRAS


def catalogues() -> dict[Path, dict[tuple[str | None, str], polib.POEntry]]:
    """The entries of every catalogue by (context, text)."""
    return {
        path: {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path)) if not entry.obsolete}
        for path in sorted(PACKAGE.rglob("django.po"))
    }


def missing(words: list[Word], known: dict[Path, dict[tuple[str | None, str], polib.POEntry]]) -> Iterator[str]:
    """A line for every string that no catalogue translates."""
    done = {key for entries in known.values() for key, entry in entries.items() if entry.translated()}
    for word in words:
        if word.key not in done:
            place = _short(catalogue_of(word.path))
            yield f"{_short(word.path)}:{word.line}: no Chinese for {word.text!r} (in {place})"
            done.add(word.key)


def wrong(known: dict[Path, dict[tuple[str | None, str], polib.POEntry]]) -> Iterator[str]:
    """A line for every translation with other placeholders than its string or that cannot be filled in, and for a string
    translated in two ways.
    """
    first: dict[tuple[str | None, str], tuple[Path, str]] = {}
    for path, entries in known.items():
        for key, entry in entries.items():
            for chinese in (entry.msgstr, *entry.msgstr_plural.values()):
                allowed = [placeholders(entry.msgid), placeholders(entry.msgid_plural)]
                if chinese and placeholders(chinese) not in allowed:
                    yield f"{_short(path)}: other placeholders than in {entry.msgid!r}: {chinese!r}"
                elif _FILLED.search(chinese) and "%" in _FILLED.sub("", chinese):
                    yield f"{_short(path)}: a % that is no placeholder is written %%: {chinese!r}"
            seen = first.setdefault(key, (path, entry.msgstr))
            if seen[1] != entry.msgstr and entry.msgstr and seen[1]:
                yield f"{_short(path)}: {entry.msgid!r} is {entry.msgstr!r} here and {seen[1]!r} in {_short(seen[0])}"


def placeholders(text: str) -> list[str]:
    """The placeholders of a string, sorted."""
    return sorted(match.group(1) or match.group(2) or match.group() for match in _PLACEHOLDER.finditer(text))


def catalogue_of(path: Path) -> Path:
    """The catalogue that the strings of a file belong to: that of the app around it."""
    if PACKAGE not in path.parents:
        return FOREIGN
    for folder in path.parents:
        if folder == PACKAGE:
            break
        if (folder / "apps.py").exists():
            return folder / LOCALE
    return _OTHERS_HOME / LOCALE


def _words_below(root: Path) -> Iterator[Word]:
    from django.utils.translation.template import templatize

    for path in sorted(root.rglob("*")):
        if path.suffix == ".py":
            code = path.read_text(encoding="utf-8")
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            # what is left of a template has calls among blanked-out words: as code it must not be indented
            left = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            code = "\n".join(line.lstrip() for line in left.splitlines())
        else:
            continue
        yield from _words_in(code, path)


def _words_in(code: str, path: Path) -> Iterator[Word]:
    found = extract_python(BytesIO(code.encode()), _KEYWORDS, [], {"encoding": "utf-8"})
    for line, name, message, _comments in found:
        function = str(name)
        parts = list(message) if isinstance(message, tuple) else [message]
        context = parts.pop(0) if function.startswith(("pgettext", "npgettext")) else None
        if not parts or not isinstance(parts[0], str) or not parts[0]:
            continue
        plural = parts[1] if function.startswith("n") and len(parts) > 1 else None
        yield Word(parts[0], context, plural, path, line)


def _add(word: Word, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        catalogue = polib.pofile(str(path))
    else:
        catalogue = polib.POFile()
        catalogue.metadata = {
            "Language": "zh_Hans",
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": "nplurals=1; plural=0;",
        }
    entry = polib.POEntry(msgid=word.text, msgctxt=word.context, msgstr="")
    if word.plural:
        entry.msgid_plural = word.plural
        entry.msgstr_plural = {0: ""}
    if "%(" in word.text:
        entry.flags.append("python-format")
    catalogue.append(entry)
    catalogue.save(str(path))


def _short(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent)) if PACKAGE in path.parents else "/".join(path.parts[-3:])
