"""Names of languages in other formats, both ways."""

import re
from collections.abc import Sequence

_NAMES = {"zh-Hans": "简体中文", "zh-Hant": "繁體中文", "en": "English"}
_KNOWN = {
    "english": "en",
    "chinese": "zh-Hans",
    "中文": "zh-Hans",
    "简体中文": "zh-Hans",
    "繁體中文": "zh-Hant",
    "繁体中文": "zh-Hant",
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-hans": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-hant": "zh-Hant",
    "zh-hant-tw": "zh-Hant",
    "zh-hant-hk": "zh-Hant",
}
_CODE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_IN_BRACKETS = re.compile(r"[(（]([^()（）]+)[)）]\s*$")
LIMESURVEY = {"zh-Hant": "zh-Hant-HK"}  # the codes LimeSurvey itself offers
SURVEYJS = {"zh-Hans": "zh-cn", "zh-Hant": "zh-tw"}


def heading_name(language: str) -> str:
    """Return the name of a language as XLSForm headings write it: name and code in brackets."""
    return f"{_NAMES.get(language, language)} ({language})"


def language_of(word: str) -> str | None:
    """Return the code a heading, a column or a setting means; None for none we know."""
    found = _IN_BRACKETS.search(word)
    inner = found[1].strip() if found else word.strip()
    if inner.lower() in _KNOWN:
        return _KNOWN[inner.lower()]
    for part in (inner, inner.lower()):
        if _CODE.fullmatch(part):
            return part
    return None


def translated_columns(heads: Sequence[str], column: str) -> dict[str, str | None]:
    """Return the headings that hold a text of this column, each with the language it names.

    ``label`` alone names none; ``label::English (en)`` and ``label:English`` do.
    """
    found: dict[str, str | None] = {}
    for head in heads:
        base, colon, language = head.partition(":")
        if base.strip() == column:
            found[head] = language_of(language.strip(": ")) if colon else None
    return found
