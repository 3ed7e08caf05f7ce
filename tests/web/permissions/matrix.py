"""The table of who may call what, how it is read, and the rows the guards of today would give.

Each line of ``matrix.txt``: endpoint, method, roles (letters of `LETTERS`, or ``public``), and what
happens to somebody whose rights end at a community when the address names a row of another one:
``404`` he is refused, ``-`` the address names no row of a community, or only roles that see all
communities may call it.
"""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from app.staff.models import Role
from app.web.api.operations import KeyGuard
from app.web.guard import PUBLIC
from tests.web.permissions.world import SEE_ALL, World

FILE = Path(__file__).with_name("matrix.txt")
LETTERS = {
    Role.HEAD_OFFICE: "H",
    Role.LEADER: "L",
    Role.REGION: "R",
    Role.OFFICE: "O",
    Role.STEWARD: "S",
    Role.CLERK: "K",
    Role.INTERVIEWER: "I",
    Role.CALLER: "T",
    Role.COMMITTEE: "C",
    Role.AGENCY: "G",
    Role.ADMIN: "A",
}
ROLES = {letter: role for role, letter in LETTERS.items()}
_NO_METHOD = {"HEAD", "OPTIONS"}


@dataclass(frozen=True, order=True)
class Row:
    """Who may call one route with one method."""

    endpoint: str
    method: str
    roles: str
    foreign: str

    @property
    def key(self) -> tuple[str, str]:
        """Return what the row is about."""
        return self.endpoint, self.method

    @property
    def allowed(self) -> frozenset[Role] | None:
        """Return the roles; None: everybody."""
        return None if self.roles == PUBLIC else frozenset(ROLES[one] for one in self.roles)

    def line(self) -> str:
        """Return the row as it stands in the file."""
        return f"{self.endpoint:<34}{self.method:<6}{self.roles:<12}{self.foreign}"


def read_table() -> dict[tuple[str, str], Row]:
    """Return the table."""
    lines = FILE.read_text("utf-8").splitlines()
    rows = [Row(*line.split()) for line in lines if line.strip() and not line.startswith("#")]
    return {row.key: row for row in rows}


def calls(app: Flask) -> list[tuple[Rule, str]]:
    """Return every route with every method it takes; one endpoint may have several addresses.

    Those of the API open to keys and to no cookie: they have a table of their own, tests/web/api.
    """
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))
        if rule.endpoint != "static"
        and not isinstance(app.view_functions[rule.endpoint].guard, KeyGuard)
        for method in sorted((rule.methods or set()) - _NO_METHOD)
    ]


def guarded_rows(world: World) -> dict[tuple[str, str], Row]:
    """Return the rows the guards of the views say, for a person to read and judge."""
    rows = {}
    for rule, method in calls(world.app):
        guard = world.app.view_functions[rule.endpoint].guard
        if guard == PUBLIC:
            row = Row(rule.endpoint, method, PUBLIC, "-")
        else:
            letters = "".join(letter for role, letter in LETTERS.items() if role in guard)
            is_scoped = bool(guard - SEE_ALL) and bool(world.places(rule))
            row = Row(rule.endpoint, method, letters, "404" if is_scoped else "-")
        rows[row.key] = row
    return rows
