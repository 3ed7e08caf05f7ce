"""Reads one XLSX file in a process of its own: the file on standard input, CSV on the output.

Whoever sends a workbook chooses its bytes, so it is unpacked where it can do no harm: little
memory, little time, no file and no connection. It is started by its path and imports nothing of
the application. Of the first visible sheet every row becomes one line, blank ones too, so that
line and row have the same number. With names of sheets as arguments those are read, each line
beginning with the name. Formulas give the value the workbook remembers; dates give the day, and
the minute where the cell shows one.
"""

import csv

# Names inside an archive may be in this code page; once rights are given up nothing is loaded.
import encodings.cp437  # noqa: F401
import io
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from xml.parsers import expat

LARGEST_UNPACKED = 150_000_000
MOST_TIMES_SMALLER = 200
SMALL_MEMBER = 1_000_000  # below this size any ratio is harmless
MOST_MEMBERS = 200
MOST_ROWS = 200_001  # with the line of headings
MOST_COLUMNS = 256  # of any table; a register has its own, lower limit
MOST_TEXTS = 2_000_000
LONGEST_CELL = 2_000
MEMORY = 1024 * 1024 * 1024
SECONDS = 60
REFUSED = 3
_CHUNK = 1 << 16
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - cells of a workbook know no zone
_SECONDS = 24 * 60 * 60
# The built-in number formats that show a day, and marks of one in a format somebody made.
_DAY_FORMATS = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)})
_DAY_AND_TIME = frozenset({22})
_IN_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
Handler = Callable[..., None]


class _RefusedError(Exception):
    """The file is no workbook we take; its text is one of the words of `reader`."""


def main() -> int:
    """Turn standard input into CSV; a refusal is a word and a row on the error side."""
    content = sys.stdin.buffer.read()
    _give_up_rights()
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="", write_through=False)
    try:
        write_rows(content, out, sys.argv[1:])
    except _RefusedError as error:
        sys.stderr.write(str(error))
        return REFUSED
    except MemoryError:
        sys.stderr.write("large")
        return REFUSED
    except Exception:
        sys.stderr.write("damaged")
        return REFUSED
    out.flush()
    return 0


def write_rows(content: bytes, out: io.TextIOWrapper, names: Sequence[str] = ()) -> None:
    """Write the first visible sheet as CSV, or those with one of these names (lower case)."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        _check_sizes(book)
        sheets = _sheets(book, names)
        members = set(book.namelist())
        folder = posixpath.dirname(_part(book, "officeDocument"))
        texts = _Texts()
        days = _Days()
        for name, collector in (("sharedStrings.xml", texts), ("styles.xml", days)):
            path = posixpath.join(folder, name)
            if path in members:
                _parse(book, path, collector.start, collector.text, collector.end)
        for name, sheet in sheets:
            rows = _Rows(texts.found, days, out, [name] if names else [])
            _parse(book, sheet, rows.start, rows.text, rows.end)


def _check_sizes(book: zipfile.ZipFile) -> None:
    """Refuse a bomb by what its directory says; reading never takes more than it says."""
    members = book.infolist()
    if len(members) > MOST_MEMBERS:
        raise _RefusedError("large")
    if sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise _RefusedError("large")
    for member in members:
        packed = max(1, member.compress_size)
        if member.file_size > SMALL_MEMBER and member.file_size > MOST_TIMES_SMALLER * packed:
            raise _RefusedError("large")
        if member.flag_bits & 0x1:
            raise _RefusedError("locked")


def _parse(book: zipfile.ZipFile, path: str, start: Handler, text: Handler, end: Handler) -> None:
    """Feed one part of the workbook to handlers; a document type is never needed and refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    with book.open(path) as part:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise _RefusedError("damaged")


def _nothing(*_: object) -> None:
    """Pass over what a part says besides its elements."""


def _relations(book: zipfile.ZipFile, path: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def start(name: str, given: dict[str, str]) -> None:
        if name.endswith(" Relationship"):
            found.append(given)

    _parse(book, path, start, _nothing, _nothing)
    return found


def _part(book: zipfile.ZipFile, kind: str) -> str:
    """Return the path of the main part of the workbook."""
    for relation in _relations(book, "_rels/.rels"):
        if relation.get("Type", "").endswith(f"/{kind}"):
            return relation["Target"].lstrip("/")
    raise _RefusedError("damaged")


def _sheets(book: zipfile.ZipFile, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return name and path of the first visible sheet, or of the named ones there are."""
    path = _part(book, "officeDocument")
    visible: list[tuple[str, str]] = []

    def start(name: str, given: dict[str, str]) -> None:
        if name.endswith(" sheet") and given.get("state", "visible") == "visible":
            called = given.get("name", "").strip().lower()
            visible.extend((called, value) for key, value in given.items() if key.endswith(" id"))

    _parse(book, path, start, _nothing, _nothing)
    wanted = [one for one in visible if one[0] in names] if names else visible[:1]
    folder, file = posixpath.split(path)
    targets = {
        relation.get("Id"): relation["Target"]
        for relation in _relations(book, posixpath.join(folder, "_rels", f"{file}.rels"))
    }
    found = [(name, targets[key]) for name, key in wanted if key in targets]
    if not found:
        raise _RefusedError("damaged")
    return [
        (name, target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
        for name, target in found
    ]


class _Texts:
    """Collects the shared texts; what says how a Chinese name is spoken is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._is_text = False
        self._is_spoken = False

    def start(self, name: str, _given: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "si":
            self._parts = []
        elif tag == "rPh":
            self._is_spoken = True
        elif tag == "t":
            self._is_text = not self._is_spoken

    def text(self, data: str) -> None:
        if self._is_text:
            self._parts.append(data)

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "t":
            self._is_text = False
        elif tag == "rPh":
            self._is_spoken = False
        elif tag == "si":
            if len(self.found) >= MOST_TEXTS:
                raise _RefusedError("large")
            self.found.append("".join(self._parts)[: LONGEST_CELL + 1])


class _Days:
    """Collects the styles that show a number as a day, and those that show a time with it."""

    def __init__(self) -> None:
        self.styles: set[str] = set()
        self.timed: set[str] = set()
        self._own: set[int] = set()
        self._own_timed: set[int] = set()
        self._is_cell_style = False
        self._count = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "numFmt":
            code = _IN_FORMAT.sub("", given.get("formatCode", "")).lower()
            if "y" in code or "d" in code:
                self._own.add(int(given["numFmtId"]))
                if "h" in code:
                    self._own_timed.add(int(given["numFmtId"]))
        elif tag == "cellXfs":
            self._is_cell_style = True
        elif tag == "xf" and self._is_cell_style:
            number = int(given.get("numFmtId", "0"))
            if number in _DAY_FORMATS or number in self._own:
                self.styles.add(str(self._count))
            if number in _DAY_AND_TIME or number in self._own_timed:
                self.timed.add(str(self._count))
            self._count += 1

    def text(self, _data: str) -> None:
        """Styles have no text."""

    def end(self, name: str) -> None:
        if name.endswith(" cellXfs"):
            self._is_cell_style = False


class _Rows:
    """Writes the rows of a sheet while it is parsed."""

    def __init__(
        self, texts: list[str], days: _Days, out: io.TextIOWrapper, first: list[str]
    ) -> None:
        self._first = first  # cells in front of every row
        self._texts = texts
        self._days = days
        self._writer = csv.writer(out)
        self._row = 0
        self._cells: list[str] = []
        self._column = 0
        self._kind = "n"
        self._style = ""
        self._is_value = False
        self._parts: list[str] = []

    def start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            self._begin_row(int(given.get("r", self._row + 1)))
        elif tag == "c":
            self._begin_cell(given)
        elif tag in ("v", "t"):
            self._is_value = True

    def text(self, data: str) -> None:
        if self._is_value:
            self._parts.append(data)

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag in ("v", "t"):
            self._is_value = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self._writer.writerow(self._first + self._cells)

    def _begin_row(self, number: int) -> None:
        if number <= self._row or number > MOST_ROWS:
            raise _RefusedError("large" if number > MOST_ROWS else "damaged")
        for _ in range(number - self._row - 1):
            self._writer.writerow(self._first)
        self._row = number
        self._cells = []
        self._column = 0

    def _begin_cell(self, given: dict[str, str]) -> None:
        if "r" in given:
            reference = _REFERENCE.fullmatch(given["r"])
            if reference is None:
                raise _RefusedError("damaged")
            self._column = _number_of(reference[1])
        else:
            self._column += 1
        if self._column > MOST_COLUMNS or self._column <= len(self._cells):
            raise _RefusedError("large" if self._column > MOST_COLUMNS else "damaged")
        self._kind = given.get("t", "n")
        self._style = given.get("s", "")
        self._parts = []

    def _end_cell(self) -> None:
        value = "".join(self._parts)
        if self._kind == "s" and value:
            value = self._texts[int(value)]
        elif self._kind == "n" and value:
            value = self._number(value)
        elif self._kind == "b":
            value = {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if len(value) > LONGEST_CELL:
            raise _RefusedError("large")
        self._cells += [""] * (self._column - len(self._cells) - 1)
        # One row is one line: a line break inside a cell is a blank, as the register stores it.
        self._cells.append(" ".join(value.split()))

    def _number(self, text: str) -> str:
        """Return a number as people see it: a day with its minute, or digits without 1E+10."""
        number = float(text)
        if self._style in self._days.styles and 1 <= number < 2_958_466:
            day = _DAY_ZERO + timedelta(days=int(number))
            minute = round(number % 1 * _SECONDS) // 60
            if self._style in self._days.timed and minute:
                return (day + timedelta(minutes=minute)).isoformat(" ", "minutes")
            return day.date().isoformat()
        if number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        return text


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def _give_up_rights() -> None:
    """Let the process open nothing more and end by itself when it works too long."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def lines_of(content: bytes) -> Iterator[str]:
    """Return the lines of a workbook in this process: for tests of the child's own rules."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")
    write_rows(content, out)
    out.seek(0)
    yield from out


if __name__ == "__main__":
    sys.exit(main())
