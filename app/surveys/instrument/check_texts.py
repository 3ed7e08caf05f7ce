"""Checks of wording: languages, markup, placeholders, length, double questions, private data."""

import re
from collections.abc import Mapping

from app.surveys.instrument.findings import Findings
from app.surveys.instrument.model import ItemRole
from app.surveys.instrument.vocabulary import CALL_BACK_PLACEHOLDERS, PLACEHOLDERS

_MARKUP = re.compile(r"<[A-Za-z/!]|&[A-Za-z]+;|&#")
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
_CHINESE = "[\u3400-\u9fff]"
_HALF_WIDTH = re.compile(rf"{_CHINESE}[,.;:?!()]|[,.;:?!()]{_CHINESE}")
_QUESTION = re.compile(r"\.(attributes|questions)\[\d+\]\.text$|\.wording\.")

# Words that join two questions into one. A list of nouns is no double question.
_DOUBLE = {
    "zh": re.compile("并且|而且|以及|同时|既.+又|不仅|，也|，还|[？?].*[？?]"),
    "en": re.compile(r", and |; | as well as |\bboth .+ and |\bbut also\b|\?.*\?"),
}
_IMPROVE = {
    "zh": re.compile("改进|改善|需要提高|有待提高"),
    "en": re.compile(r"improve", re.IGNORECASE),
}
_PRIVATE = re.compile(
    "身份证|出生日期|出生年月|银行卡|护照"
    r"|identity (card|number)|\bID number|date of birth|passport",
    re.IGNORECASE,
)
# Characters beyond which an owner stops reading: questions, and the texts around them.
_LIMITS = {"zh": (40, 120), "en": (120, 300)}


def check_texts(findings: Findings) -> None:
    """Check every text of the file."""
    for path, text in findings.loaded.texts.items():
        _check_languages(findings, path, text.by_language)
        for language, words in text.by_language.items():
            where = f"{path}.{language}"
            plain = text.plain(language)
            _check_words(findings, where, path, plain)
            _check_style(findings, where, path, language, plain)
            if findings.is_external:
                continue
            if language.startswith("zh") and _HALF_WIDTH.search(words):
                findings.warn(where, "half_width_punctuation")
    _check_importance_wording(findings)
    if not findings.is_external:
        _check_present(findings)


def _check_languages(findings: Findings, path: str, words: Mapping[str, str]) -> None:
    for language in findings.instrument.languages:
        if not words.get(language, "").strip():
            findings.error(path, "missing_translation", language=language)
    for language in words:
        if language not in findings.instrument.languages:
            findings.error(f"{path}.{language}", "language_not_listed", language=language)


def _check_words(findings: Findings, where: str, path: str, words: str) -> None:
    if _MARKUP.search(words):
        findings.error(where, "markup")
    allowed: frozenset[str] = frozenset()
    if path.startswith("texts."):
        allowed = PLACEHOLDERS
    elif ".wording." in path:
        allowed = frozenset({"area"})
    elif findings.is_call_back and _QUESTION.search(path):
        allowed = CALL_BACK_PLACEHOLDERS
    for found in _BRACES.findall(words):
        if found.strip("{}") not in allowed or len(found) == 1:
            names = ", ".join(sorted(allowed)) or "-"
            findings.error(where, "unknown_placeholder", word=found, allowed=names)
    if _QUESTION.search(path) and _PRIVATE.search(words):
        findings.error(where, "private_data")


def _check_style(findings: Findings, where: str, path: str, language: str, words: str) -> None:
    family = "zh" if language.startswith("zh") else "en"
    question, around = _LIMITS[family]
    limit = question if _QUESTION.search(path) else around
    if len(words) > limit:
        findings.warn(where, "long_text", length=len(words), limit=limit)
    if _QUESTION.search(path) and _DOUBLE[family].search(words):
        findings.warn(where, "double_question")


def _check_importance_wording(findings: Findings) -> None:
    """Warn of "needs improvement" where importance is asked: it measures performance instead."""
    instrument = findings.instrument
    asks = instrument.items_with_role(ItemRole.PRIORITY, ItemRole.IMPORTANCE)
    sections = {findings.section_path(item.section) for item in asks}
    for path, text in findings.loaded.texts.items():
        owner, _, rest = path.partition(".")
        if owner not in sections or rest.startswith("wording.") != (rest == "wording.importance"):
            continue
        for language, words in text.by_language.items():
            if _IMPROVE["zh" if language.startswith("zh") else "en"].search(words):
                findings.warn(f"{path}.{language}", "improvement_wording")


def _check_present(findings: Findings) -> None:
    """Refuse what an owner would see without words."""
    texts = findings.loaded.texts
    for i in range(len(findings.instrument.areas)):
        if f"areas[{i}].name" not in texts:
            findings.error(f"areas[{i}]", "missing_key", key="name")
    for i, section in enumerate(findings.instrument.sections):
        for key in ("title", "text"):
            if f"sections[{i}].{key}" not in texts:
                findings.error(f"sections[{i}]", "missing_key", key=key)
        if section.kind == "tolerance":
            for role in sorted({findings.instrument.item(code).role for code in section.items}):
                names = {role.value, "performance"} if role == "perceived" else {role.value}
                if not any(f"sections[{i}].wording.{name}" in texts for name in names):
                    findings.error(f"sections[{i}]", "missing_wording", measure=role.value)
