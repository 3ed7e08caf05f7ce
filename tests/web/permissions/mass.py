"""Mass assignment: forms as pages offer them, posted once as they are and once with every column.

Both runs begin with the same database; what they leave behind has to be the same, cell by cell.
"""

from contextlib import closing
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from html.parser import HTMLParser
from itertools import count
from pathlib import Path

from flask.testing import FlaskClient
from pysqlite3 import dbapi2
from sqlalchemy import Boolean, Date, DateTime, Engine, Enum, Integer, LargeBinary, Table, select
from sqlalchemy.dialects import sqlite

from app.db import Base
from tests.factories import PASSWORD
from tests.web.permissions.world import World
from tests.web.permissions.writing import LOOKING

# Random, or hashes with something random in them.
_NEVER_THE_SAME = {"key", "uid", "pseudonym", "receipt", "digest", "password_hash"}
# Random too, in one table alone: other columns of these names are compared.
_RANDOM = {("market_survey", "seed"), ("export_order", "number")}
# Fields of a form that not every page with it shows. Every step of a case takes a reason; the page
# asks for it where one is needed.
_NOT_SHOWN = {"/contacts/homes/*": {"channel", "note"}, "/desk/follow-ups/*/step/*": {"reason"}}
# What a person would type where any text is no good.
_TYPED = {
    "login": "zhou.li",
    "code": "X9",
    "phone": "13800001111",
    "office_phone": "0571-88001122",
    "handed_over_on": "2020-05-01",
    "retired_on": "",
    "old": PASSWORD,
    "password": "three words apart",
    "again": "three words apart",
    "room": "7-7799",
}
_CELL = dict[tuple[str, tuple[object, ...], str], object]


@dataclass
class OfferedForm:
    """A form of a page with what a browser would send for it."""

    page: str
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms = page, list[OfferedForm]()
        self._form: OfferedForm | None = None
        self._select, self._textarea = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form" and given.get("method") == "post":
            self._form = OfferedForm(self.page, given.get("action") or self.page)
            self.forms.append(self._form)
        elif self._form is None or not name:
            if tag == "option" and self._form is not None and self._select:
                self._take_option(given)
        elif tag == "input":
            self._take_input(name, given)
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._textarea = name
            self._form.fields[name] = ["金丝雀试填"]
        elif tag == "button":
            self._form.fields.setdefault(name, [given.get("value") or ""])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""

    def _take_option(self, given: dict[str, str | None]) -> None:
        assert self._form is not None
        value = given.get("value") or ""
        if "selected" in given or not self._form.fields.get(self._select, [""])[0]:
            self._form.fields[self._select] = [value]

    def _take_input(self, name: str, given: dict[str, str | None]) -> None:
        assert self._form is not None
        kind, value = given.get("type") or "text", given.get("value") or ""
        if kind in {"file", "submit", "image", "reset"}:
            return
        if kind in {"radio", "checkbox"}:
            if "checked" in given or name not in self._form.fields:
                self._form.fields[name] = [value]
            return
        made_up = {"date": "2026-12-01", "number": "3", "datetime-local": "2026-11-21T00:00"}
        if name in _TYPED and not value:
            self._form.fields.setdefault(name, [_TYPED[name]])
            return
        filled = value or made_up.get(kind, "" if kind == "hidden" else "金丝雀试填")
        self._form.fields.setdefault(name, []).append(filled)


def forms_of(client: FlaskClient, address: str) -> list[OfferedForm]:
    """Return the forms of a page, the one that signs out and links of the frame left out."""
    answer = client.get(address)
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return []
    reader = _Reader(address)
    reader.feed(answer.text)
    return [form for form in reader.forms if not form.action.startswith("/logout")]


def every_column(given: set[str]) -> dict[str, str]:
    """Return a value for each column of each table that is no field of the form."""
    extra: dict[str, str] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if column.name not in given:
                extra.setdefault(column.name, _value(column.type))
    return extra


def _value(kind: object) -> str:
    if isinstance(kind, Enum):
        return str(kind.enums[-1])
    if isinstance(kind, Boolean):
        return "y"
    if isinstance(kind, Integer):
        return "2"
    if isinstance(kind, DateTime) or type(kind).__name__ == "UTCDateTime":
        return "2031-07-07T07:07"
    return "2031-07-07" if isinstance(kind, Date) else "大量赋值"


_NUMBERS = count(1)


class Kept:
    """A copy of the world's database and of its files, to be put back."""

    def __init__(self, world: World) -> None:
        self.path = Path(str(world.engine.url.database))
        self.copy = self.path.with_suffix(f".kept{next(_NUMBERS)}")
        self.files = world.app.extensions["linsheng"].config.files
        self._copy(self.path, self.copy)
        self.cells = cells(world.engine)
        self.engine = world.engine

    def put_back(self) -> None:
        """Let the database be what it was."""
        self._copy(self.copy, self.path)

    def changed(self) -> _CELL:
        """Return each cell that differs from the copy; None where a row is gone."""
        now = cells(self.engine)
        keys = now.keys() | self.cells.keys()
        return {key: now.get(key) for key in keys if now.get(key) != self.cells.get(key)}

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        # The library of the application: a second one in this process would not see its locks.
        with closing(dbapi2.connect(source)) as old, closing(dbapi2.connect(target)) as new:
            old.backup(new)


def cells(engine: Engine) -> _CELL:
    """Return every cell, as the file holds it, that is the same when the same is done twice."""
    found: _CELL = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in LOOKING:
                continue
            statement, keys, names = _reading(table)
            for row in connection.exec_driver_sql(statement):
                key = tuple(row[:keys])
                for name, value in zip(names, row[keys:], strict=True):
                    found[table.name, key, name] = value
    return found


@cache
def _reading(table: Table) -> tuple[str, int, list[str]]:
    """Return the statement that reads a table, how many keys come first, and what follows them."""
    keys, columns = list(table.primary_key.columns), _steady(table)
    statement = select(*keys, *columns).compile(dialect=sqlite.dialect())
    return str(statement), len(keys), [column.name for column in columns]


def _steady(table: Table) -> list:
    return [
        column
        for column in table.c
        if not isinstance(column.type, LargeBinary)
        and column.name not in _NEVER_THE_SAME
        and (table.name, column.name) not in _RANDOM
    ]


def post_twice(
    kept: Kept, client: FlaskClient, cookie: str, form: OfferedForm
) -> tuple[tuple[int, _CELL], tuple[int, _CELL]]:
    """Post a form as it is and with every column; return status and changed cells of both."""
    results = []
    hidden = {
        n for path, names in _NOT_SHOWN.items() if fnmatchcase(form.action, path) for n in names
    }
    for extra in ({}, every_column(set(form.fields) | hidden)):
        client.set_cookie("ls_staff", cookie)  # a form before may have signed out
        answer = client.post(form.action, data={**extra, **form.fields})
        results.append((answer.status_code, kept.changed()))
        kept.put_back()
    return results[0], results[1]
