"""The Chinese catalogue is complete, keeps placeholders, and is punctuated as Chinese."""

from functools import cache
from pathlib import Path

import pytest

from app.i18n import CATALOGUE
from tests.architecture import house

ROOT = Path(__file__).resolve().parents[2]


@cache
def read_program() -> tuple[set[str], list[str]]:
    """Return every message id of the program, and calls that cannot be looked up."""
    messages: set[str] = set()
    problems: list[str] = []
    readers = (("*.py", house.messages_of_python), ("*.html", house.messages_of_template))
    for pattern, reader in readers:
        for path in (ROOT / "app").rglob(pattern):
            found, bad = reader(str(path.relative_to(ROOT)), path.read_text("utf-8"))
            messages |= found
            problems += bad
    return messages, problems


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    return house.read_catalogue(CATALOGUE.read_bytes().splitlines(keepends=True))


def test_every_message_has_a_chinese_text(catalogue):
    messages, problems = read_program()
    assert len(messages) > 50
    assert problems == []
    assert sorted(message for message in messages if not catalogue.get(message)) == []


def test_the_catalogue_holds_no_text_nobody_says(catalogue):
    assert sorted(set(catalogue) - read_program()[0]) == []


def test_translations_keep_placeholders_and_chinese_punctuation(catalogue):
    assert house.bad_translations(catalogue) == []


def test_messages_are_found_in_python_and_in_templates():
    python = 'x = _("One " "two")\ny = gettext("Three {n}", n=1)\nz = _(word)\n'
    messages, problems = house.messages_of_python("app/x.py", python)
    assert messages == {"One two", "Three {n}"}
    assert problems == ["app/x.py:3 translates something that is no literal"]

    template = (
        '{% if _("A") %}<p title="{{ _(\'B\') }}">{{ _(word) }}{{ f(_("C")) }}</p>{% endif %}'
    )
    messages, problems = house.messages_of_template("x.html", template)
    assert messages == {"A", "B", "C"}
    assert problems == ["x.html:1 translates something that is no literal"]


@pytest.mark.parametrize(
    ("message", "translation"),
    [
        ("{count} homes", "户"),
        ("Homes", "{count} 户"),
        ("Yes, please", "好,请"),
        ("Really?", "真的?"),
        ("One; two", "一;二"),
        ("Phone (own)", "电话(自己)"),
        ("Name:", "姓名:"),
    ],
)
def test_a_bad_translation_is_found(message, translation):
    assert house.bad_translations({message: translation})


def test_good_translations_pass():
    good = {
        "Really? Yes, {count} homes (own).": "真的？是，{count} 户（自有）。",
        "At {hour}": "{hour} 点（8:30, 9:30）",
    }
    assert house.bad_translations({**good}) == []


def test_an_empty_translation_counts_as_missing():
    lines = b'msgid "A"\nmsgstr ""\n\nmsgid "B"\nmsgstr "\xe4\xb9\x99"\n'.splitlines(keepends=True)
    assert house.read_catalogue(lines) == {"A": "", "B": "乙"}
