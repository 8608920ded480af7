"""The words in English: finds every translatable sentence, and compiles the catalogues people write by hand.

No gettext programs are needed on anybody's machine: Django reads the templates, Python its own sources, polib the rest.
Run `python -m sinergi.web.catalogues` to compile; `--missing` lists what has no English yet, ready to paste;
`--check` compiles and fails where something has none or cannot be translated (script/lint does).
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[1]

_CALLS = ("_", "gettext", "gettext_lazy", "gettext_noop", "pgettext", "pgettext_lazy", "ngettext", "ngettext_lazy")
# What is raised with a sentence for people is translated where it is shown (web/middleware.py, the pages of partners).
# The command line speaks Indonesian only: all of `node`, and these files of the others.
_COMMAND_LINE = ("verbs.py", "arguments.py", "carrying.py", "age.py", "rotation.py", "resuming.py")
_REFUSALS = ("Refused", "NotReachable", "Unreachable", "BadAnswer")
_IN_TEMPLATE = re.compile(r"(?<![\w.])(_|gettext|pgettext|ngettext)\s*\(")


class Sentence(NamedTuple):
    """One text to translate and where it stands first."""

    msgid: str
    context: str
    plural: str
    where: str


def compile_all(package: Path = PACKAGE) -> list[Path]:
    """Write the .mo beside every .po that is newer than its .mo; the files written."""
    written = []
    for source in sorted(package.rglob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
            written.append(target)
    return written


def english(package: Path = PACKAGE) -> dict[tuple[str, str], polib.POEntry]:
    """Every finished English translation of all parts, by context and msgid."""
    entries: dict[tuple[str, str], polib.POEntry] = {}
    for source in sorted(package.rglob("locale/en/LC_MESSAGES/*.po")):
        entries |= {
            (entry.msgctxt or "", entry.msgid): entry for entry in polib.pofile(str(source)) if entry.translated()
        }
    return entries


def sentences(package: Path = PACKAGE) -> Iterator[Sentence]:
    """Every translatable text of templates and Python under `package`, tests left out."""
    for path in sorted(package.rglob("*")):
        if "tests" in path.parts or not path.is_file():
            continue
        where = str(path.relative_to(package.parent))
        if path.suffix in (".html", ".txt") and "templates" in path.parts:
            yield from in_template(path.read_text(), where)
        elif path.suffix == ".py":
            is_command_line = path.name in _COMMAND_LINE or path.relative_to(package).parts[0] == "node"
            yield from in_python(path.read_text(), where, _CALLS if is_command_line else _CALLS + _REFUSALS)


def in_template(text: str, where: str = "") -> Iterator[Sentence]:
    """The texts in a template's translate, blocktranslate and _("…")."""
    source = templatize(text)
    for found in _IN_TEMPLATE.finditer(source):
        call = _whole_call(source, found.start())
        if call is not None:
            yield from in_python(call, where)


def in_python(text: str, where: str = "", calls: tuple[str, ...] = _CALLS + _REFUSALS) -> Iterator[Sentence]:
    """The texts that are passed to gettext and its kin, or to Refused, as literals."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        said = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if name not in calls or not said:
            continue
        if name.startswith("pgettext"):
            if len(said) > 1:
                yield Sentence(said[1], said[0], "", where)
        elif name.startswith("ngettext"):
            yield Sentence(said[0], "", said[1] if len(said) > 1 else "", where)
        elif said[0]:
            yield Sentence(said[0], "", "", where)


def unreadable(text: str, where: str = "", calls: tuple[str, ...] = _CALLS + _REFUSALS) -> Iterator[str]:
    """Where gettext, its kin or Refused is given an f-string: nobody can translate what is already filled in."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.JoinedStr):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in calls:
                yield f"{where}:{node.lineno}"


def missing(package: Path = PACKAGE) -> list[Sentence]:
    """The texts that have no English yet, each once."""
    known = english(package)
    lacking: dict[tuple[str, str], Sentence] = {}
    for sentence in sentences(package):
        entry = known.get((sentence.context, sentence.msgid))
        if entry is None or (sentence.plural and not entry.msgstr_plural):
            lacking.setdefault((sentence.context, sentence.msgid), sentence)
    return list(lacking.values())


def untranslatable(package: Path = PACKAGE) -> list[str]:
    """Every place under `package`, tests and the command line left out, where a sentence is filled in too early."""
    files = [path for path in sorted(package.rglob("*.py")) if "tests" not in path.parts]
    pages = [path for path in files if path.name not in _COMMAND_LINE and "node" not in path.parts]
    return [place for path in pages for place in unreadable(path.read_text(), str(path.relative_to(package.parent)))]


def _whole_call(source: str, start: int) -> str | None:
    """The call that begins at `start`, up to its own closing bracket. The text may hold brackets itself."""
    end = source.find(")", start)
    while end != -1:
        try:
            ast.parse(source[start : end + 1], mode="eval")
        except SyntaxError:
            end = source.find(")", end + 1)
        else:
            return source[start : end + 1]
    return None


def main() -> None:
    """Compile, list what is missing as entries of a .po file, or fail where anything is."""
    if "--check" in sys.argv:
        compile_all()
        wrong = [f"{sentence.where}: no English for: {sentence.msgid}" for sentence in missing()]
        wrong += [f"{place}: an f-string cannot be translated; give a pattern and words=" for place in untranslatable()]
        sys.exit("\n".join(wrong) or 0)
    if "--missing" in sys.argv:
        for sentence in missing():
            entry = polib.POEntry(msgid=sentence.msgid, msgctxt=sentence.context or None, comment=sentence.where)
            if sentence.plural:
                entry.msgid_plural, entry.msgstr_plural = sentence.plural, {0: "", 1: ""}
            print(entry)
    else:
        print(f"{len(compile_all())} catalogues compiled")


if __name__ == "__main__":
    main()
