"""Documents say what is there, and what is there is documented."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from sinergi.node import command

ROOT = Path(__file__).resolve().parents[2]
PATH = re.compile(r"`((?:sinergi|script|tests|docs|bench|shared)/[\w./-]*|[\w-]+\.(?:toml|txt|json))`")


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_path_on_the_map_exists() -> None:
    named = PATH.findall((ROOT / "docs" / "map.md").read_text())
    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_path_a_document_names_exists() -> None:
    """But for the tutorial, which makes the files it names."""
    pages = [page for page in [*documents(), ROOT / "SECURITY.md"] if page.name != "tutorial.md"]
    missing = {page.name: [path for path in PATH.findall(page.read_text()) if not exists(path)] for page in pages}
    assert {name: paths for name, paths in missing.items() if paths} == {}


def exists(path: str) -> bool:
    return (ROOT / path).exists() or not path.startswith(("sinergi/", "script/", "tests/", "docs/", "bench/"))


def test_every_package_is_on_the_map() -> None:
    text = (ROOT / "docs" / "map.md").read_text()
    tree = subprocess.run(["git", "ls-files", "sinergi"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    packages = {Path(line).parts[:2] for line in tree.splitlines() if len(Path(line).parts) > 2}
    packages |= {Path(line).parts[:3] for line in tree.splitlines() if re.match(r"sinergi/features/\w+/", line)}
    assert [name for parts in packages if f"`{(name := '/'.join(parts))}/`" not in text] == []


def test_every_office_is_in_the_glossary() -> None:
    from sinergi.access.roles import ROLES

    text = (ROOT / "docs" / "glossary.md").read_text()
    assert [code for code in ROLES if f"`{code}`" not in text] == []


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "sinergi").rglob("*.py") if "tests" not in path.parts)
    used = set(re.findall(r"\bSINERGI_[A-Z]+\b", source))
    documented = set(re.findall(r"^\| `(SINERGI_[A-Z]+)`", (ROOT / "docs/operations/settings.md").read_text(), re.M))
    assert documented == used


def test_every_script_named_in_a_document_exists() -> None:
    for document in documents():
        for name in re.findall(r"`script/(\w+)", document.read_text()):
            assert (ROOT / "script" / name).is_file(), f"{document.name}: script/{name}"


def test_every_verb_named_in_a_document_exists() -> None:
    for document in documents():
        for verb in re.findall(r"`(?:\.venv/bin/)?sinergi (?:--data [^\s`]+ )?([a-z]+)", document.read_text()):
            assert verb in command.VERBS or verb == "help", f"{document.name}: sinergi {verb}"


def test_every_link_between_documents_leads_somewhere() -> None:
    for document in documents():
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text()):
            if "://" not in target and not target.startswith("mailto:"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_kind_of_event_is_in_the_protocol() -> None:
    from sinergi.ledger import catalog

    text = "\n".join(page.read_text() for page in (ROOT / "docs" / "protocol").rglob("*.md"))
    kinds = {kind for kind, _ in catalog.kinds()}
    assert kinds
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in text] == []


def test_the_export_for_pip_is_what_the_lock_says() -> None:
    """Names and versions of requirements.txt are those of uv.lock for a machine without the development tools."""
    import tomllib

    packages = {package["name"]: package for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    wanted: set[str] = set()

    def want(name: str) -> None:
        if name not in wanted:
            wanted.add(name)
            for dependency in packages[name].get("dependencies", []):
                want(dependency["name"])

    for dependency in packages["sinergi"]["dependencies"]:
        want(dependency["name"])
    exported = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / "requirements.txt").read_text(), re.M))
    assert exported == {name: packages[name]["version"] for name in wanted}
    hashes = (ROOT / "requirements.txt").read_text().count("--hash=sha256:")
    assert hashes >= len(exported)


@pytest.mark.parametrize("name", ["LICENSE", "SECURITY.md", "CONTRIBUTING.md", "README.md"])
def test_a_stranger_finds_the_usual_pages(name: str) -> None:
    assert (ROOT / name).stat().st_size > 500


def test_no_document_or_program_names_the_machine_it_was_made_on() -> None:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    pattern = re.compile("/work" + "/(main|shared|brief)")
    guilty = []
    for name in names.splitlines():
        file = ROOT / name
        kinds = {".py", ".md", ".toml", ".txt", ".json", ".html", ".js", ".css", ""}
        if file.suffix in kinds and file.is_file() and pattern.search(file.read_text(errors="ignore")):
            guilty.append(name)
    assert guilty == []


def test_every_decision_has_a_number_of_its_own():
    numbers = [path.name[:4] for path in sorted((ROOT / "docs/adr").glob("*.md"))]
    # Work beside each other takes its number beforehand, so one may come later than the next.
    assert len(set(numbers)) == len(numbers)
