"""Messages in the language of the moment."""

import pytest

from app import i18n


@pytest.fixture(autouse=True)
def default_language():
    yield
    i18n.set_language(i18n.DEFAULT_LANGUAGE)


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
