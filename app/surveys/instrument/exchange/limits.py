"""Rules for the ticks of one question as an XLSForm writes them: at most so many, stands alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Words a tool itself shows.
_AT_MOST = {"zh": "最多选 {limit} 项。", "en": "At most {limit}."}
_ALONE = {"zh": "选了“{word}”就不能再选别的。", "en": "“{word}” stands alone."}
_OWN = [
    re.compile(re.escape(one).replace(r"\{limit\}", r"\d+").replace(r"\{word\}", ".*"))
    for words in (_AT_MOST, _ALONE)
    for one in words.values()
]
_OWN_BOTH = [
    re.compile(f"{_OWN[at].pattern} ?{_OWN[at + 2].pattern}") for at in range(len(_AT_MOST))
]
_MOST_RULE = re.compile(r"count-selected\(\s*\.\s*\)\s*<=\s*(\d{1,3})")
_ALONE_RULE = re.compile(
    r"not\(\s*selected\(\s*\.\s*,\s*'([^']*)'\s*\)\s+and\s+count-selected\(\s*\.\s*\)\s*>\s*1\s*\)"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a rule says.

    Attributes:
        most: How many may be ticked.
        alone: Answers that stand alone.
        is_understood: It says nothing else.
    """

    most: int | None = None
    alone: tuple[str, ...] = ()
    is_understood: bool = True


def read_limits(rule: str) -> Limits:
    """Read a rule; of one that says more, nothing is taken."""
    alone = tuple(_ALONE_RULE.findall(rule))
    rest = _ALONE_RULE.sub("#", rule)
    most = _MOST_RULE.findall(rest)
    rest = _MOST_RULE.sub("#", rest)
    is_understood = len(most) <= 1 and all(part.strip() == "#" for part in rest.split(" and "))
    if not is_understood:
        return Limits(is_understood=False)
    return Limits(int(most[0]) if most else None, alone)


def write_limits(most: int | None, alone: Sequence[str]) -> str:
    """Write the rule; empty where there is none."""
    rules = [] if most is None else [f"count-selected(.) <= {most}"]
    rules += [f"not(selected(., '{one}') and count-selected(.) > 1)" for one in alone]
    return " and ".join(rules)


def message(language: str, most: int | None, word: str) -> str:
    """Say a rule as a tool shows it; `word` is the answer that stands alone, or empty."""
    key = "zh" if language.startswith("zh") else "en"
    parts = [] if most is None else [_AT_MOST[key].format(limit=most)]
    parts += [_ALONE[key].format(word=word)] if word else []
    return ("" if key == "zh" else " ").join(parts)


def is_own_message(text: str) -> bool:
    """Say whether a text is one that `message` writes, and so is written again."""
    return any(one.fullmatch(text) for one in (*_OWN, *_OWN_BOTH))
