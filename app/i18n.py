"""Words for people: English message ids, a Chinese catalogue, the language of the moment.

The catalogue is read from the .po file itself, once per process: nothing has to be compiled.
"""

from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("zh-Hans", "en")
DEFAULT_LANGUAGE = "zh-Hans"
CATALOGUE = Path(__file__).parent / "locales" / "zh_CN" / "messages.po"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


@cache
def _chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string
    }


def set_language(language: str) -> None:
    """Choose the language of this request or job; an unknown one means the default."""
    _language.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)


def current_language() -> str:
    """Return the language of this request or job."""
    return _language.get()


def gettext(message: str, **values: object) -> str:
    """Return `message` in the present language, with ``{name}`` filled from `values`."""
    text = _chinese().get(message, message) if _language.get() == "zh-Hans" else message
    return text.format(**values) if values else text
