"""Words for people: English message ids, two Chinese catalogues, the language of the moment.

The catalogues are read from the .po files themselves, once per process: nothing has to be
compiled. What the one in traditional characters lacks is said in simplified ones.
"""

from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
DEFAULT_LANGUAGE = "zh-Hans"
OWN_NAMES = {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"}
_LOCALES = Path(__file__).parent / "locales"
CATALOGUE = _LOCALES / "zh_CN" / "messages.po"
TRADITIONAL_CATALOGUE = _LOCALES / "zh_Hant" / "messages.po"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


@cache
def _words(language: str) -> dict[str, str]:
    """Return the words of a language by message id; English ones are the ids themselves."""
    if language == "zh-Hans":
        return _read(CATALOGUE, "zh_CN")
    if language == "zh-Hant":
        return _words("zh-Hans") | _read(TRADITIONAL_CATALOGUE, "zh_Hant")
    return {}


def _read(path: Path, locale: str) -> dict[str, str]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
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
    text = _words(_language.get()).get(message, message)
    return text.format(**values) if values else text
