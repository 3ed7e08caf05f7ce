"""Owner pages keep to what the browsers inside WeChat know: Chromium 78, Safari 13.

A rule or a script with one unknown word is dropped whole by an old browser, so the words that
came later are looked for by name. Niceties that may be ignored alone are not listed.
"""

import re
from pathlib import Path

import pytest

import app.web as web

STATIC = Path(web.__file__).parent / "static"
SCRIPTS = ("owner.js", "pages.js", "cards.js", "call-back-owner.js")

# What came later, with the first Chromium and Safari that know it.
NEWER_SCRIPT = {
    r"\?\.[\[(A-Za-z_$]": "optional chaining, 80 / 13.1",
    r"\?\?": "nullish coalescing, 80 / 13.1",
    r"(\|\||&&)=": "logical assignment, 85 / 14",
    r"\.replaceAll\(": "85 / 13.1",
    r"\.at\(": "92 / 15.4",
    r"\.(findLast|toSorted|toReversed)\(": "97, 110",
    r"\bstructuredClone\b": "98 / 15.4",
    r"Promise\.(any|allSettled)\b": "85, 76 / 14, 13",
    r"\bsubmitter\b": "81 / 15.4",
    r"\.requestSubmit\(": "76 / 16",
    r"\bcrypto\.randomUUID\b": "92 / 15.4",
    r"^\s*#\w+\s*[=(;]": "private members, 74 / 14.1",
    r"^\s*static\s*\{": "94 / 16.4",
    r"\bimport\b|\bexport\b": "modules are not used here",
    r"\bAbortSignal\.timeout\b": "103 / 16",
    r"\bwindow\.open\(|\balert\(|\bconfirm\(": "unreliable inside WeChat",
}
NEWER_STYLE = {
    r":(is|where|has)\(": "88 / 14",
    r"(^|[;{]\s*)inset(-\w+)?:": "87 / 14.1",
    r"[:\s(](min|max|clamp)\((?!-?content)": "79 / 11.1, 13.1",
    r"\baspect-ratio:": "88 / 15",
    r"@(layer|container|property)\b": "85 and later",
    r"\d(dvh|svh|lvh)\b": "108 / 15.4, only after an older unit",
}


COMMENTS = re.compile(r"/\*(?:.|\n)*?\*/|(?m:(?<![:'])//.*$)")


def words(name: str) -> str:
    return COMMENTS.sub("", (STATIC / name).read_text("utf-8"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_use_nothing_an_old_browser_stumbles_over(name: str) -> None:
    for pattern, since in NEWER_SCRIPT.items():
        assert not re.findall(pattern, words(name), flags=re.MULTILINE), (pattern, since)


def test_the_style_uses_nothing_that_drops_a_whole_rule() -> None:
    style = words("owner.css")
    # The one newer unit stands behind the older one, which stays in force where it is unknown.
    style = style.replace("min-height: 100vh; min-height: 100dvh;", "min-height: 100vh;")
    for pattern, since in NEWER_STYLE.items():
        assert not re.findall(pattern, style, flags=re.MULTILINE), (pattern, since)


def test_boxes_in_a_row_keep_their_distance_without_flex_gaps() -> None:
    """Flex boxes know `gap` only from Chromium 84 and Safari 14.1 on; grids always did."""
    rows = [
        rule
        for rule in re.findall(r"\{[^{}]*\}", words("owner.css"))
        if re.search(r"display: (inline-)?flex", rule)
    ]
    assert len(rows) > 5
    assert [rule for rule in rows if re.search(r"\bgap:", rule)] == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\?\.[\[(A-Za-z_$]", "a?.b"),
        (r"\?\?", "a ?? b"),
        (r"\.at\(", "list.at(-1)"),
    ],
)
def test_the_patterns_find_what_they_name(pattern: str, text: str) -> None:
    assert pattern in NEWER_SCRIPT
    assert re.search(pattern, text)


def test_style_patterns_tell_functions_from_sizes() -> None:
    function = next(pattern for pattern in NEWER_STYLE if "clamp" in pattern)
    assert re.search(function, "width: max(1px, 2px)")
    assert not re.search(function, "grid-template-columns: max-content 1fr")
