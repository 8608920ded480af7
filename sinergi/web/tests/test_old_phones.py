"""Officers carry phones of 2021: what Chrome 90 does not know may not be needed anywhere."""

import re
from pathlib import Path

import pytest
from django.apps import apps

# Newer than Chrome 90 and without a harmless fallback.
TOO_NEW_CSS = re.compile(r":has\(|@layer|@container|@scope|color-mix\(|oklch\(|\d[sdl]v[hw]\b|^\s+&", re.MULTILINE)
TOO_NEW_JS = re.compile(
    r"structuredClone|\.at\(|randomUUID|Object\.groupBy|Object\.hasOwn\b|\.toSorted|\.findLast|^await\b|AbortSignal\.timeout",
    re.MULTILINE,
)


def written(suffix: str) -> list[Path]:
    """Every file of that kind that we wrote ourselves."""
    folders = [Path(app.path) / "static" for app in apps.get_app_configs() if app.name.startswith("sinergi")]
    return sorted(path for folder in folders for path in folder.rglob(f"*{suffix}"))


def test_styles_ask_for_nothing_newer_than_chrome_90():
    assert len(written(".css")) >= 7
    for path in written(".css"):
        assert not TOO_NEW_CSS.search(path.read_text()), path


def test_scripts_ask_for_nothing_newer_than_chrome_90():
    assert len(written(".js")) >= 6
    for path in written(".js"):
        assert not TOO_NEW_JS.search(path.read_text()), path


@pytest.mark.parametrize("style", ["a:has(b) {", "@layer base;", "height: 100dvh;", ".a {\n  &:hover {}\n}"])
def test_the_guard_knows_new_styles(style):
    assert TOO_NEW_CSS.search(style)


@pytest.mark.parametrize("script", ["list.at(-1)", "await import('x')", "crypto.randomUUID()"])
def test_the_guard_knows_new_scripts(script):
    assert TOO_NEW_JS.search(script)


def test_every_script_is_checked_for_types():
    for path in written(".js"):
        assert path.read_text().startswith("// @ts-check"), path
