"""Rows of a CSV or Parquet file as text, and what can be wrong with them."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from app.i18n import gettext as _


class ExternalDataError(ValueError):
    """Base of everything that can be wrong with a data file or its column map.

    Its text is for people, in the language of the moment.
    """


class UnknownKeyError(ExternalDataError):
    """The column map says something the instrument does not know.

    Attributes:
        key: The key of the map, or the area code within it.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return _("columns: the instrument knows nothing about {key}", key=self.key)


class MissingColumnError(ExternalDataError):
    """The data file lacks a column that the map or the command names.

    Attributes:
        column: Name of the column.
    """

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column

    def __str__(self) -> str:
        return _("the data file has no column {column}", column=self.column)


class RepeatedColumnError(ExternalDataError):
    """The header of a CSV file has one name twice, so nobody can say which column is meant.

    Attributes:
        column: The name.
    """

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column

    def __str__(self) -> str:
        return _("the header of the data file names column {column} twice", column=self.column)


class BadValueError(ExternalDataError):
    """A cell holds something that is no answer of its scale.

    Attributes:
        line: Line of a CSV file (the header is 1), row of a Parquet file (the first is 1).
        column: Name of the column.
        value: What stands there; empty when a value is needed and none is there.
    """

    def __init__(self, line: int, column: str, value: str) -> None:
        super().__init__(line, column, value)
        self.line = line
        self.column = column
        self.value = value

    def __str__(self) -> str:
        return _(
            "line {line}, column {column}: {value} is no answer of this scale",
            line=self.line,
            column=self.column,
            value=repr(self.value),
        )


class BadEncodingError(ExternalDataError):
    """A CSV file is not UTF-8.

    Attributes:
        line: First line with a byte that is not UTF-8.
    """

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line

    def __str__(self) -> str:
        return _("line {line}: the file is not UTF-8", line=self.line)


class BadWhereError(ExternalDataError):
    """The filter is not of the form COLUMN=VALUE.

    Attributes:
        text: The filter as given.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return _("the filter must read COLUMN=VALUE, not {text}", text=self.text)


class NoRowsError(ExternalDataError):
    """The file has no rows, or none that pass the filter."""

    def __str__(self) -> str:
        return _("no row of the data file passes the filter")


class UnreadableFileError(ExternalDataError):
    """The file is missing, or is neither CSV nor Parquet.

    Attributes:
        name: Name of the file.
        reason: First line of what the reader says.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return _("cannot read {name}: {reason}", name=self.name, reason=self.reason)


class NoInstrumentError(ExternalDataError):
    """Neither the command nor the plan names an instrument file."""

    def __str__(self) -> str:
        return _("name the instrument file, with --instrument or in the plan")


class Table:
    """The rows of a file that are kept, as text, column by column."""

    def __init__(self, path: Path, names: Sequence[str], where: str | None) -> None:
        self._path = path
        self._is_parquet = path.suffix.lower() in (".parquet", ".pq")
        if not path.is_file():
            raise UnreadableFileError(path.name, "no such file")
        if not self._is_parquet:
            check_utf8(path)
        column, value = _split_where(where)
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            try:
                self._read(connection, names, column, value)
            except duckdb.Error as error:
                raise UnreadableFileError(path.name, str(error).split("\n", 1)[0]) from error
        if not self.rows:
            raise NoRowsError

    def _read(
        self,
        connection: duckdb.DuckDBPyConnection,
        names: Sequence[str],
        column: str,
        value: str,
    ) -> None:
        if not self._is_parquet:
            self._check_header(connection)
        # Everything comes as text: a wrong word must be found here, with its line.
        reader = (
            "read_parquet(?)" if self._is_parquet else "read_csv(?, all_varchar=true, header=true)"
        )
        parameters: list[str] = [str(self._path)]
        head = connection.execute(f"SELECT * FROM {reader} LIMIT 0", parameters)  # noqa: S608 - constant
        present = {one[0] for one in head.description or ()}
        for name in (*names, *filter(None, [column])):
            if name not in present:
                raise MissingColumnError(name)
        wanted = ", ".join(f"CAST({_quoted(name)} AS VARCHAR)" for name in names)
        condition = ""
        if column:
            condition = f" WHERE CAST({_quoted(column)} AS VARCHAR) = ?"
            parameters.append(value)
        query = (
            f'SELECT "row number", {wanted} FROM '  # noqa: S608 - names are quoted
            f'(SELECT row_number() OVER () AS "row number", * FROM {reader})'
            f"{condition} ORDER BY 1"
        )
        rows = connection.execute(query, parameters).fetchall()
        self.rows = len(rows)
        self._numbers = [row[0] for row in rows]
        self._text = {name: [row[j] for row in rows] for j, name in enumerate(names, start=1)}

    def _check_header(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Refuse a repeated name: DuckDB would rename the second column without a word.

        Columns without a name may be there, as spreadsheets leave them at the end.
        """
        found = connection.execute(
            "SELECT delimiter, quote, skiprows FROM sniff_csv(?, all_varchar=true, header=true)",
            [str(self._path)],
        ).fetchone()
        delimiter, quote, skipped = found or (",", '"', 0)
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(
                islice(file, int(skipped), None),
                delimiter=delimiter,
                quotechar=quote if len(quote) == 1 else '"',
            )
            names = [name for name in next(rows, []) if name]
        for name, times in Counter(names).items():
            if times > 1:
                raise RepeatedColumnError(name)

    def text(self, name: str) -> list[str]:
        """Return a column, stripped; an empty cell is an empty text."""
        return ["" if cell is None else cell.strip() for cell in self._text[name]]

    def codes(self, name: str, known: Mapping[str, int]) -> NDArray[np.int64]:
        """Return the code of every cell of a column.

        Raises:
            BadValueError: A text has no code.
        """
        cells = self.text(name)
        try:
            return np.fromiter((known[cell] for cell in cells), np.int64, len(cells))
        except KeyError as error:
            row = cells.index(error.args[0])
            raise BadValueError(self.line(row), name, cells[row]) from error

    def line(self, row: int) -> int:
        """Return the line of the file where a kept row begins; the row number for Parquet."""
        number = int(self._numbers[row])
        if self._is_parquet:
            return number
        # Quoted cells may hold line breaks, so the rows before are counted with theirs.
        return _line_of_record(self._path, number)


def _split_where(where: str | None) -> tuple[str, str]:
    if where is None:
        return "", ""
    column, sign, value = where.partition("=")
    if not sign or not column.strip():
        raise BadWhereError(where)
    return column.strip(), value.strip()


def _quoted(name: str) -> str:
    """Return a column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def check_utf8(path: Path) -> None:
    """Refuse a file that is not UTF-8. Raises BadEncodingError."""
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEncodingError(line_at(error)) from error


def line_at(error: UnicodeDecodeError) -> int:
    """Return the line, from 1, of the first byte that is not UTF-8."""
    return bytes(error.object[: error.start]).count(b"\n") + 1


def _line_of_record(path: Path, number: int) -> int:
    """Return the line where the record of this number (the first after the header is 1) begins."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        line = reader.line_num + 1
        seen = 0
        for record in reader:
            seen += bool(record)
            if seen == number:
                break
            line = reader.line_num + 1
    return line
