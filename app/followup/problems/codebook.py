"""The codebook (意见归类): what a comment can be about, who answers for it, and how urgent it is.

Pure but for `load_codebook`, which reads the file that comes with the program, once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from app.surveys.instrument.yamltree import read_tree

CODEBOOK_FILE = Path(__file__).resolve().parents[3] / "instruments" / "codebook" / "v1.yaml"


class Urgency(StrEnum):
    """How soon somebody must look at a comment with this code."""

    NOW = "now"  # people are in danger: also before release
    SOON = "soon"  # the same week
    PLAIN = "plain"


class CodebookError(ValueError):
    """The file is no codebook.

    Attributes:
        where: Code or part it is about.
        problem: ``unreadable``, ``repeated``, ``unknown_department``, ``unknown_group``,
            ``unknown_urgency`` or ``incomplete``.
    """

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(where, problem)
        self.where = where
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Named:
    """A department or a group of codes with its names."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Code:
    """One thing a comment can be about.

    Attributes:
        code: Its name for ever, e.g. ``facilities.lift_stop``.
        zh, en: What people call it.
        item: Item it belongs to, ``area.attribute``; None for "something else".
        department: The one department that answers for it: ``service``, ``engineering``,
            ``security``, ``cleaning``, ``greenery``, ``finance`` or ``company``.
        urgency: How soon somebody must look.
        group: Group it is listed under.
        is_counted: It belongs to what the office is scored by; False for what the builder left.
        keywords: Words that point to it.
    """

    code: str
    zh: str
    en: str
    item: str | None
    department: str
    urgency: Urgency
    group: str
    is_counted: bool = True
    keywords: tuple[str, ...] = ()

    @property
    def area(self) -> str | None:
        """Return the area of its item."""
        return self.item.partition(".")[0] if self.item else None

    @property
    def attribute(self) -> str | None:
        """Return the attribute of its item, None where it belongs to a whole area."""
        return self.item.partition(".")[2] or None if self.item else None

    @property
    def is_problem(self) -> bool:
        """Say whether it can be a problem; praise and suggestions cannot."""
        return self.group not in ("good", "idea")


@dataclass(frozen=True, slots=True)
class Codebook:
    """All codes of one version, in the order of the file.

    Attributes:
        version: Number of the version.
        codes: The codes.
        groups: Their groups.
        departments: The departments.
    """

    version: int
    codes: tuple[Code, ...]
    groups: tuple[Named, ...]
    departments: tuple[Named, ...]

    def find(self, code: str) -> Code:
        """Return a code.

        Raises:
            KeyError: There is no such code.
        """
        for one in self.codes:
            if one.code == code:
                return one
        raise KeyError(code)

    def has(self, code: str) -> bool:
        """Say whether there is such a code."""
        return any(one.code == code for one in self.codes)

    def department(self, code: str) -> Named:
        """Return a department by its code. Raises KeyError."""
        for one in self.departments:
            if one.code == code:
                return one
        raise KeyError(code)

    def of_item(self, item: str) -> tuple[Code, ...]:
        """Return the codes of an item: an area, or ``area.attribute``."""
        return tuple(one for one in self.codes if item in (one.item, one.area))


@cache
def load_codebook() -> Codebook:
    """Return the codebook that comes with the program.

    Raises:
        CodebookError: The file was changed into something else.
    """
    return parse_codebook(CODEBOOK_FILE.read_text("utf-8"))


def parse_codebook(text: str) -> Codebook:
    """Return the codebook of a YAML text.

    Raises:
        CodebookError: It is none; names the first thing wrong.
    """
    tree = read_tree(text)
    data = tree.data
    if tree.problems or not isinstance(data, Mapping) or "codes" not in data:
        raise CodebookError("file", "unreadable")
    try:
        departments = tuple(
            Named(key, one["zh"], one["en"]) for key, one in data["departments"].items()
        )
        groups = tuple(Named(one["code"], one["zh"], one["en"]) for one in data["groups"])
        codes = tuple(_code(one) for one in data["codes"])
        version = int(data["version"])
    except (KeyError, TypeError, AttributeError) as error:
        raise CodebookError("file", "incomplete") from error
    _check(codes, {one.code for one in groups}, {one.code for one in departments})
    return Codebook(version, codes, groups, departments)


def _code(raw: Mapping[str, Any]) -> Code:
    if raw["urgency"] not in list(Urgency):
        raise CodebookError(str(raw["code"]), "unknown_urgency")
    return Code(
        code=raw["code"],
        zh=raw["zh"],
        en=raw["en"],
        item=raw["item"],
        department=raw["department"],
        urgency=Urgency(raw["urgency"]),
        group=raw["group"],
        is_counted=bool(raw.get("counted", True)),
        keywords=tuple(raw["keywords"]),
    )


def _check(codes: tuple[Code, ...], groups: set[str], departments: set[str]) -> None:
    seen: set[str] = set()
    for one in codes:
        if one.code in seen:
            raise CodebookError(one.code, "repeated")
        if one.department not in departments:
            raise CodebookError(one.code, "unknown_department")
        if one.group not in groups:
            raise CodebookError(one.code, "unknown_group")
        seen.add(one.code)
