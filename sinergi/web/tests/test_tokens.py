"""Colours keep the contrast they promise, in both themes."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[1] / "static" / "web" / "tokens.css").read_text()

# Text on what it stands on; 4.5 is WCAG 2.2 AA for text.
TEXT = [
    ("ink", "surface"), ("ink", "paper"), ("ink", "group"), ("ink", "accent-wash"),
    ("ink", "good-wash"), ("ink", "warn-wash"), ("ink", "bad-wash"),
    ("ink-2", "surface"), ("ink-2", "paper"), ("ink-2", "group"), ("ink-2", "accent-wash"), ("ink-2", "warn-wash"),
    ("ink-2", "bad-wash"), ("ink-2", "good-wash"), ("ink-3", "surface"), ("ink-3", "paper"), ("ink-3", "group"),
    ("accent", "surface"), ("accent", "paper"), ("accent", "accent-wash"), ("accent-deep", "accent-wash"),
    ("accent-deep", "surface"), ("on-accent", "accent"), ("on-accent", "accent-deep"),
    ("good", "surface"), ("good", "paper"), ("warn", "surface"), ("warn", "paper"), ("warn", "warn-wash"),
    ("bad", "surface"), ("bad", "paper"), ("bad", "bad-wash"), ("bad", "group"), ("on-bad", "bad"),
    ("on-ribbon", "ribbon"), ("on-offline", "offline"),
]  # fmt: skip
# Edges and marks that carry meaning; 3 is WCAG 2.2 AA for them.
MARKS = [("edge", "surface"), ("warn-rule", "surface"), *((f"severity-{level}", "surface") for level in (1, 2, 3, 4))]


def block(pattern: str) -> dict[str, str]:
    """The colour tokens of the rule whose selector matches."""
    rule = re.search(pattern + r"\s*{([^}]*)}", CSS)
    assert rule, pattern
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", rule.group(1)))


THEMES = {"light": block(r':root,\n\[data-theme="light"\]'), "dark": block(r'\n\[data-theme="dark"\]')}


def test_the_dark_tokens_by_choice_and_by_device_are_the_same():
    assert THEMES["dark"] == block(r':root:not\(\[data-theme="light"\]\)')


def test_both_themes_define_the_same_tokens():
    assert THEMES["light"].keys() == THEMES["dark"].keys()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("colour", "ground"), TEXT)
def test_text_is_readable(theme, colour, ground):
    assert contrast(THEMES[theme][colour], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("colour", "ground"), MARKS)
def test_marks_are_seen(theme, colour, ground):
    assert contrast(THEMES[theme][colour], THEMES[theme][ground]) >= 3


def test_the_measure_itself_knows_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") < 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
