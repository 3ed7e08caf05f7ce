"""Messages in the language of the moment, and the two scripts of the Chinese ones."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app import i18n
from app.surveys.instrument.load import load_instrument

QUESTIONNAIRE = Path(__file__).parents[2] / "instruments" / "customer-perception" / "v1.yaml"
HAN = re.compile("[\u3400-\u9fff]")
SHARED = {"覆": {"复", "覆"}}  # 回复 and 覆盖 are both written with it


@pytest.fixture(autouse=True)
def default_language():
    yield
    i18n.set_language(i18n.DEFAULT_LANGUAGE)


def catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}


def both_scripts() -> list[tuple[str, str]]:
    """Return every Chinese text of the program and of the questionnaire, in both scripts."""
    simplified, traditional = map(catalogue, (i18n.CATALOGUE, i18n.TRADITIONAL_CATALOGUE))
    texts = load_instrument(QUESTIONNAIRE.read_text("utf-8"), QUESTIONNAIRE.name).texts.values()
    return [(simplified[key], traditional[key]) for key in simplified.keys() & traditional] + [
        (text.by_language["zh-Hans"], text.by_language["zh-Hant"]) for text in texts
    ]


def test_chinese_is_the_default_and_an_unknown_language_means_it():
    i18n.set_language("en")
    i18n.set_language("fr")
    assert i18n.current_language() == "zh-Hans"


def test_english_is_the_message_itself_with_its_values():
    i18n.set_language("en")
    assert i18n.gettext("{count} homes in {name}", count=3, name="{x}") == "3 homes in {x}"


def test_a_text_without_values_is_not_formatted():
    i18n.set_language("en")
    assert i18n.gettext("literal {brace") == "literal {brace"


def test_a_message_without_translation_is_shown_as_it_is():
    assert i18n.gettext("no such message 4711") == "no such message 4711"


def test_the_same_message_is_said_in_either_script():
    said = {}
    for language in ("zh-Hans", "zh-Hant"):
        i18n.set_language(language)
        said[language] = i18n.gettext("Next question")
    assert said == {"zh-Hans": "下一问", "zh-Hant": "下一問"}


def test_the_catalogue_in_traditional_characters_has_the_same_messages():
    # When this fails: python .ci/traditional.py (docs/owner.md).
    assert catalogue(i18n.TRADITIONAL_CATALOGUE).keys() == catalogue(i18n.CATALOGUE).keys()


def test_both_scripts_differ_in_nothing_but_their_characters():
    """Length, digits, Latin letters, placeholders and punctuation are the same, text by text."""
    for simplified, traditional in both_scripts():
        assert HAN.sub("字", simplified) == HAN.sub("字", traditional)


def test_every_traditional_character_stands_for_one_simplified_character():
    """A text whose simplified twin was changed since would pair characters that do not belong."""
    pairs: dict[str, set[str]] = defaultdict(set)
    for simplified, traditional in both_scripts():
        for one, other in zip(simplified, traditional, strict=True):
            pairs[other].add(one)
    doubtful = {other: ones for other, ones in pairs.items() if len(ones) > 1}
    assert doubtful == SHARED


def test_no_simplified_character_is_left_in_the_traditional_texts():
    only_simplified = set("们这个对时间请请问题说话应当调员满觉电开关")
    for simplified, traditional in both_scripts():
        left = only_simplified & set(traditional)
        assert not left, (simplified, traditional, left)
