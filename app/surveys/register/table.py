"""A register file to a stream of texts: encoding, separator, header.

Refuses what it cannot read for certain, naming the line: a wrong name in the register is worse
than a file that has to be saved once more. Never holds the file: a million rows pass through.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, NamedTuple

from app.surveys.register.errors import Problem, ProblemCode, UnreadableTableError
from app.surveys.register.sheets.reader import SHEET_SIGN, read_sheet

MOST_ROWS = 1_200_000
MOST_COLUMNS = 64
_CHUNK = 1 << 20

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
    "region": ("区域", "片区"),
    "handed_over_on": ("交付日期", "交房日期"),
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
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd-\uffff]")


Opener = Callable[[], BinaryIO]


class TableRow(NamedTuple):
    """One row that holds anything: its line in the file and its cells, stripped."""

    line: int
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A register file as read.

    Attributes:
        encoding: How the file was decoded.
        columns: Field to header as the file writes it.
        ignored: Headers nobody asked for.
        at: Field to the place of its cell in a row.
        rows: The rows in order of the file, read while they are asked for, once; blank ones are
            left out. Raises UnreadableTableError where the file breaks.
        problems: What is wrong with the header.
    """

    encoding: str
    columns: dict[str, str]
    ignored: tuple[str, ...]
    at: dict[str, int]
    rows: Iterator[TableRow]
    problems: tuple[Problem, ...]

    def cells(self, row: TableRow) -> dict[str, str]:
        """Return the cells of a row by field."""
        return {field: row.texts[at] for field, at in self.at.items()}


def read_table(content: bytes | Opener, filename: str) -> Table:
    """Read the first lines of a CSV or XLSX file; the rows follow while they are asked for.

    CSV may be UTF-8, GB18030 (GBK, GB2312) or UTF-16, separated by , ; or tab.

    Args:
        content: The bytes, or what opens them from the start, as often as it is called.
        filename: Name to show.

    Raises:
        UnreadableTableError: The file is no such table; names the line where it breaks.
    """
    encoding, rows = open_rows(content, filename)
    first = next(rows, None)
    if first is None:
        raise UnreadableTableError(Problem(ProblemCode.EMPTY_FILE))
    header = [cell.strip() for cell in first[1]]
    columns, ignored, problems = _read_header(header, first[0])
    return Table(
        encoding=encoding,
        columns=columns,
        ignored=ignored,
        at={field: header.index(name) for field, name in columns.items()},
        rows=(fit_row(line, cells, len(header)) for line, cells in rows),
        problems=problems,
    )


def open_rows(
    content: bytes | Opener, filename: str
) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """Return the encoding of a CSV or XLSX file and its rows that hold anything, with their lines.

    Raises:
        UnreadableTableError: The file is no such table; also raised while the rows are read.
    """
    opener = content if callable(content) else _opener_of(content)
    with opener() as file:
        sign = file.read(4)
    if sign == _OLD_WORKBOOK:
        raise UnreadableTableError(Problem(ProblemCode.NOT_CSV, value=filename))
    if sign == SHEET_SIGN:
        return "XLSX", _split(read_sheet(opener))
    encoding = _find_encoding(opener)
    return encoding, _split(_lines(opener, encoding))


def _opener_of(content: bytes) -> Opener:
    return lambda: io.BytesIO(content)


def _find_encoding(opener: Opener) -> str:
    with opener() as file:
        first = file.read(_CHUNK)
    if first.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in first:
        return "utf-16-be" if first[::2].count(0) > first[1::2].count(0) else "utf-16-le"
    return "utf-8" if _is_utf8(opener) else _majority(opener)


def _is_utf8(opener: Opener) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(opener):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _majority(opener: Opener) -> str:
    """Tell a damaged UTF-8 file from one in GB18030.

    One damaged character must not turn a whole UTF-8 file into wrong Chinese: lines of GB18030
    text are hardly ever valid UTF-8, so the majority tells.
    """
    readable = count = 0
    with opener() as file:
        for line in file:
            if line.isascii():
                continue
            count += 1
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            readable += 1
    return "utf-8" if 2 * readable >= count else "gb18030"


def _lines(opener: Opener, encoding: str) -> Iterator[str]:
    """Yield the lines of the text with their ends; refuse what nobody types."""
    moved = encoding == "gb18030"
    line = 1
    with opener() as file, io.TextIOWrapper(file, encoding, newline="") as text:
        try:
            for line, found in enumerate(text, 1):
                if _UNPRINTABLE.search(found):
                    # Some of the private places are characters GB18030 had not named yet.
                    plain = found.translate(_MOVED).replace("\ufeff", "") if moved else found
                    if _UNPRINTABLE.search(plain):
                        raise UnreadableTableError(_undecodable(line, encoding))
                    yield plain
                else:
                    yield found
        except UnicodeDecodeError as error:
            broken = _undecodable(_broken_line(opener, encoding), encoding)
            raise UnreadableTableError(broken) from error


def _undecodable(line: int, encoding: str) -> Problem:
    return Problem(ProblemCode.UNDECODABLE, line=line, value=encoding)


def _broken_line(opener: Opener, encoding: str) -> int:
    """Return the line that holds the first bytes which are no text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        for chunk in _chunks(opener):
            line += decoder.decode(chunk).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        plain = encoding.removesuffix("-sig")
        line += error.object[: error.start].decode(plain, "ignore").count("\n")
    return line


def _chunks(opener: Opener) -> Iterator[bytes]:
    with opener() as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _split(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, each with the line it begins on."""
    lines = iter(lines)
    first = next(lines, "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    count = 0
    begins = 1
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS or count > MOST_ROWS:
                raise UnreadableTableError(Problem(ProblemCode.TOO_LARGE, line=begins))
            if any(cells) and any(cell.strip() for cell in cells):
                count += 1
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableTableError(Problem(ProblemCode.BROKEN_QUOTES, line=begins)) from error


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


def fit_row(line: int, cells: list[str], width: int) -> TableRow:
    """Return a row as wide as its header, its cells stripped.

    Raises:
        UnreadableTableError: Cells that hold something stand behind the last heading.
    """
    if len(cells) > width:
        if any(cell.strip() for cell in cells[width:]):
            raise UnreadableTableError(Problem(ProblemCode.TOO_MANY_CELLS, line=line))
        del cells[width:]
    elif len(cells) < width:
        cells += [""] * (width - len(cells))
    return TableRow(line, [cell.strip() for cell in cells])
