"""What the headings of a foreign file say: numbering, matrix rows, options, keys of other tools.

The layout of 问卷星 sheets was taken from published descriptions; the detection is tolerant. Pure.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# Columns of 问卷星 that stand before the questions.
WJX_META = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "总分")
SKIPPED = frozenset(
    {"(跳过)", "（跳过）", "(空)", "（空）", "-3", "-2"}
)  # 问卷星: not asked, left blank
SEPARATORS = re.compile(r"[┋|｜;；,，、\n]")  # between several picks in one cell
_NUMBERED = re.compile(r"^\s*(?:[Qq第]?\s*(\d{1,3})\s*[、.．:：)）题])\s*")
_OPTION = re.compile(r"^(?P<stem>.*?)[(（](?P<row>[^()（）]{1,60})[)）]\s*$")
_DASHES = ("—", "–", "－", "_", ":", "：")
_PUNCTUATION = re.compile(r"[\W_]+")
_LEAST_META = 3


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, taken apart.

    Attributes:
        number: Number of the question, 0 without one.
        stem: The question.
        row: Row of a matrix, or option of a question with several answers; else empty.
    """

    number: int
    stem: str
    row: str

    @property
    def about(self) -> str:
        """Return what the column itself is about."""
        return self.row or self.stem


def take_apart(text: str) -> Heading:
    """Take a heading apart: "5、请评价各项服务—安全与秩序" has a number, a stem and a row."""
    number = 0
    if (found := _NUMBERED.match(text)) is not None:
        number, text = int(found[1]), text[found.end() :]
    text = text.strip()
    if (option := _OPTION.match(text)) is not None:
        if stem := option["stem"].strip():
            return Heading(number, stem, option["row"].strip())
        return Heading(number, option["row"].strip(), "")
    for dash in _DASHES:
        stem, sign, row = text.rpartition(dash)
        if sign and stem.strip() and row.strip() and not row.isascii():
            return Heading(number, stem.strip(), row.strip())
    return Heading(number, text, "")


def is_wjx(headings: Iterable[str]) -> bool:
    """Say whether a sheet looks like one of 问卷星: its own columns, then numbered questions."""
    names = list(headings)
    meta = sum(name in WJX_META for name in names[:12])
    numbered = sum(take_apart(name).number > 0 for name in names)
    return meta >= _LEAST_META and numbered > 0


def plain(text: str) -> str:
    """Return a text as texts are compared: one width, small letters, letters and digits only."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).casefold())


def likeness(one: str, other: str) -> float:
    """Say how alike two texts are, 0..1, by shared pairs of letters (Dice).

    It is more where one text holds the other whole.
    """
    first, second = plain(one), plain(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    short, long = sorted((first, second), key=len)
    pairs, others = _pairs(first), _pairs(second)
    shared = 2 * len(pairs & others) / max(1, len(pairs) + len(others))
    if len(short) >= 2 and short in long:
        return max(0.75 + 0.2 * len(short) / len(long), shared)
    return shared


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
