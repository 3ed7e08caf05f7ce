"""A register file to a table of texts: encoding, separator, header. Pure.

Refuses what it cannot read for certain, naming the line: a wrong name in the register is worse
than a file that has to be saved once more.
"""

import codecs
import csv
import io
import re
import unicodedata
from dataclasses import dataclass

from app.surveys.register.errors import Problem, ProblemCode, UnreadableTableError

MOST_ROWS = 500_000
MOST_COLUMNS = 64

HEADERS: dict[str, tuple[str, ...]] = {
    "community_code": ("小区编码", "小区编号", "项目编码"),
    "community": ("小区", "小区名称", "项目名称"),
    "city": ("城市",),
    "office": ("管理处", "服务中心"),
    "office_phone": ("管理处电话", "服务中心电话"),
    "building": ("楼栋", "楼号", "栋"),
    "lift": ("电梯",),
    "room": ("房号", "房间号", "室号"),
    "owner": ("业主姓名", "业主", "姓名"),
    "phone": ("电话", "手机", "手机号", "联系电话"),
    "important": ("重要客户", "重要客户原因"),
}
REQUIRED = ("community_code", "community", "building", "room")

_FIELDS = {name: field for field, names in HEADERS.items() for name in (field, *names)}
# Python decodes eight characters of GB18030 to the private places they had before 2005.
_MOVED = str.maketrans(
    dict(
        zip(
            "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
            "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
            strict=True,
        )
    )
)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd-\uffff]")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row that holds anything: its line in the file and its cells by field."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A register file as read.

    Attributes:
        encoding: How the file was decoded.
        columns: Field to header as the file writes it.
        ignored: Headers nobody asked for.
        rows: The rows in order of the file; blank ones are left out.
        problems: What is wrong with the header.
    """

    encoding: str
    columns: dict[str, str]
    ignored: tuple[str, ...]
    rows: tuple[TableRow, ...]
    problems: tuple[Problem, ...]


def read_table(content: bytes, filename: str) -> Table:
    """Read a CSV file in UTF-8, GB18030 (GBK, GB2312) or UTF-16, separated by , ; or tab.

    Raises:
        UnreadableTableError: The file is no such table; names the line where it breaks.
    """
    if content[:4] == b"PK\x03\x04" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableTableError(Problem(ProblemCode.NOT_CSV, value=filename))
    if not content.strip():
        raise UnreadableTableError(Problem(ProblemCode.EMPTY_FILE))
    encoding = _find_encoding(content)
    text = _decode(content, encoding)
    rows = _split(text)
    if not rows:
        raise UnreadableTableError(Problem(ProblemCode.EMPTY_FILE))
    header = [cell.strip() for cell in rows[0][1]]
    columns, ignored, problems = _read_header(header, rows[0][0])
    fields = {header.index(name): field for field, name in columns.items()}
    return Table(
        encoding=encoding,
        columns=columns,
        ignored=ignored,
        rows=tuple(_row(line, cells, len(header), fields) for line, cells in rows[1:]),
        problems=problems,
    )


def _find_encoding(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in content:
        return "utf-16-be" if content[::2].count(0) > content[1::2].count(0) else "utf-16-le"
    lines = [line for line in content.split(b"\n") if not line.isascii()]
    readable = sum(_is_utf8(line) for line in lines)
    # One damaged character must not turn a whole UTF-8 file into wrong Chinese: lines of
    # GB18030 text are hardly ever valid UTF-8, so the majority tells.
    return "utf-8" if 2 * readable >= len(lines) else "gb18030"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise UnreadableTableError(
            Problem(ProblemCode.UNDECODABLE, line=line, value=encoding)
        ) from error
    text = text.translate(_MOVED).replace("\ufeff", "") if encoding == "gb18030" else text
    found = _UNPRINTABLE.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableTableError(Problem(ProblemCode.UNDECODABLE, line=line, value=encoding))
    return text


def _split(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with the line it begins on."""
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begins, cells))
            begins = reader.line_num + 1
            if len(rows) > MOST_ROWS + 1 or len(cells) > MOST_COLUMNS:
                raise UnreadableTableError(Problem(ProblemCode.TOO_LARGE, line=begins - 1))
    except csv.Error as error:
        raise UnreadableTableError(Problem(ProblemCode.BROKEN_QUOTES, line=begins)) from error
    return rows


def _read_header(
    header: list[str], line: int
) -> tuple[dict[str, str], tuple[str, ...], tuple[Problem, ...]]:
    columns: dict[str, str] = {}
    ignored = []
    problems = []
    for name in header:
        plain = unicodedata.normalize("NFKC", name).lower().replace(" ", "_")
        field = _FIELDS.get(plain)
        if field is None:
            ignored += [name] if name else []
        elif field in columns:
            problems.append(Problem(ProblemCode.DOUBLE_COLUMN, line=line, column=name))
        else:
            columns[field] = name
    missing = [field for field in REQUIRED if field not in columns]
    problems += [
        Problem(ProblemCode.MISSING_COLUMN, line=line, column=HEADERS[field][0])
        for field in missing
    ]
    return columns, tuple(ignored), tuple(problems)


def _row(line: int, cells: list[str], width: int, fields: dict[int, str]) -> TableRow:
    if any(cell.strip() for cell in cells[width:]):
        raise UnreadableTableError(Problem(ProblemCode.TOO_MANY_CELLS, line=line))
    return TableRow(
        line,
        {field: cells[at].strip() if at < len(cells) else "" for at, field in fields.items()},
    )
