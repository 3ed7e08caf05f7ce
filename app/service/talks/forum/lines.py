"""Opinions out of a file (CSV, XLSX) or pasted lines. Pure.

A file has a header; only the words are required. Pasted text is one opinion a line, as it is
copied out of a WeChat group: "张三 11-03 12:00：电梯又坏了", "张三：电梯又坏了", or just the words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.service.talks.errors import LinesError
from app.surveys.register.errors import UnreadableTableError
from app.surveys.register.table import open_rows

MOST_LINES = 500
LONGEST_TEXT = 2000
LONGEST_AUTHOR = 60
LONGEST_LINK = 300
_HEADERS = {
    "text": ("text", "意见", "内容", "原文", "评价"),
    "said_on": ("date", "日期", "时间", "发布日期"),
    "author": ("author", "作者", "昵称", "发言人", "网名"),
    "link": ("link", "链接", "网址", "截图", "截图说明"),
    "home": ("home", "房号", "房屋", "住址"),
    "place_name": ("place", "来源", "群名", "论坛", "板块"),
}
_FIELDS = {name: field for field, names in _HEADERS.items() for name in names}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_SPOKEN = re.compile(
    r"^(?P<author>[^：:\s][^：:]{0,39}?)"
    r"(?:\s+(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}日?)?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
    r"\s*[：:]\s*(?P<text>\S.*)$"
)
_ADDRESS = re.compile(r"^(?:https?|ftp)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One opinion as read.

    Attributes:
        line: Where it stands.
        said_on: None where the file says nothing.
        home: Address as the file writes it.
    """

    line: int
    text: str
    said_on: date | None = None
    author: str = ""
    link: str = ""
    home: str = ""
    place_name: str = ""


def read_pasted(text: str) -> tuple[Line, ...]:
    """Return the opinions of pasted lines; blank lines are left out.

    Raises:
        LinesError: There is nothing to read, too much, or a line is too long.
    """
    found = [
        _spoken(number, raw.strip())
        for number, raw in enumerate(text.splitlines(), 1)
        if raw.strip()
    ]
    return _checked(found)


def read_file(content: bytes, name: str) -> tuple[Line, ...]:
    """Return the opinions of a CSV or XLSX file.

    Raises:
        LinesError: It cannot be read, has no column of words, or a line is wrong.
    """
    try:
        _encoding, rows = open_rows(content, name)
        return _checked(_from_rows(rows))
    except UnreadableTableError:
        raise LinesError(0, "unreadable") from None


def _from_rows(rows: Iterator[tuple[int, list[str]]]) -> Iterable[Line]:
    _number, header = next(rows, (0, []))
    fields = [_FIELDS.get(cell.strip().lower(), "") for cell in header]
    if "text" not in fields:
        raise LinesError(0, "no_text")
    found: list[Line] = []
    for number, cells in rows:
        row = {field: cell.strip() for field, cell in zip(fields, cells, strict=False) if field}
        if len(found) > MOST_LINES:
            break
        if not row.get("text"):
            raise LinesError(number, "no_text")
        found.append(
            Line(
                line=number,
                text=row["text"],
                said_on=_day(number, row.get("said_on", "")),
                author=row.get("author", ""),
                link=row.get("link", ""),
                home=row.get("home", ""),
                place_name=row.get("place_name", ""),
            )
        )
    return found


def _spoken(number: int, raw: str) -> Line:
    found = _SPOKEN.match(raw)
    if found is None or _ADDRESS.match(found["author"]):
        return Line(number, raw)
    day = _DAY.search(raw[: found.start("text")])
    return Line(
        number,
        found["text"].strip(),
        said_on=_day(number, day.group()) if day else None,
        author=found["author"].strip(),
    )


def _day(number: int, text: str) -> date | None:
    if not text:
        return None
    found = _DAY.match(text)
    if found is None:
        raise LinesError(number, "day")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise LinesError(number, "day") from None


def _checked(lines: Iterable[Line]) -> tuple[Line, ...]:
    found = tuple(lines)
    if not found:
        raise LinesError(0, "no_text")
    if len(found) > MOST_LINES:
        raise LinesError(0, "too_many")
    for one in found:
        is_long = (
            len(one.text) > LONGEST_TEXT
            or len(one.author) > LONGEST_AUTHOR
            or len(one.link) > LONGEST_LINK
        )
        if is_long:
            raise LinesError(one.line, "too_long")
    return found
