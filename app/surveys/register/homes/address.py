"""What people type when they look for a home: community, building and room, taken apart. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.surveys.register.rules import building_key, home_key, normal_code

_BUILDING_WORDS = ("", "栋", "幢", "座", "楼", "号楼")
_NAMED_BUILDING = re.compile(r"(?P<code>[0-9]{1,4}|[A-Za-z][0-9]{0,3})(?:号楼|[栋幢座楼])")
_NAMED_UNIT = re.compile(r"(?P<unit>[0-9]{1,2}|[A-Za-z])单元")
_PART = re.compile(r"[0-9A-Za-z]+")
_LONGEST_DOOR = 5


@dataclass(frozen=True, slots=True)
class AddressWords:
    """An address as typed.

    Attributes:
        community: What stands before the numbers: a name, a code, or nothing.
        building: Key of `rules.building_key`, "" when none is told.
        room: Key of `rules.home_key`, "" when none is told.
        is_door_only: The room is told without its unit: 1101 for 1-1101.
    """

    community: str
    building: str
    room: str
    is_door_only: bool


def split_address(text: str, codes: Iterable[str] = (), names: Iterable[str] = ()) -> AddressWords:
    """Take an address apart: 云栖里3栋1-1101, YQL 3 1101, 3号楼1单元1101室, 3-1-1101.

    Args:
        text: What was typed.
        codes: Codes of communities; a first word that is one of them is the community even
            when it looks like a building.
        names: Names of communities; they may hold digits.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    community, rest = _take_community(plain, {code.upper() for code in codes}, names)
    named = _NAMED_BUILDING.search(rest)
    if named:
        community = community or rest[: named.start()].strip(" ,，、-")
        parts = _parts(rest[named.end() :])
        return _with_room(community, building_key(named["code"]), parts)
    first = re.search(r"[0-9]", rest)
    start = first.start() if first else len(rest)
    if community:
        start = 0
    community = community or rest[:start].strip(" ,，、-")
    parts = _parts(rest[start:])
    if not parts:
        return AddressWords(community, "", "", is_door_only=False)
    if len(parts) == 1 and len(parts[0]) >= 3:
        return _with_room(community, "", parts)
    return _with_room(community, building_key(parts[0]), parts[1:])


def _take_community(text: str, codes: set[str], names: Iterable[str]) -> tuple[str, str]:
    head, _space, rest = text.partition(" ")
    if head.upper() in codes:
        return head, rest
    begun = [name for name in names if text.startswith(name)]
    if begun:
        longest = max(begun, key=len)
        return longest, text[len(longest) :]
    return "", text


def _parts(text: str) -> list[str]:
    unit = _NAMED_UNIT.search(text)
    if unit:
        return [unit["unit"], *_PART.findall(text[unit.end() :])]
    return _PART.findall(text)


def _with_room(community: str, building: str, parts: list[str]) -> AddressWords:
    room = home_key("-".join(parts)) if parts else ""
    return AddressWords(community, building, room, is_door_only=len(parts) == 1)


def building_spellings(key: str) -> list[str]:
    """Return how a register may write a building of this key."""
    return [f"{code}{word}" for code in _with_zeros(key, 3) for word in _BUILDING_WORDS]


def room_spellings(key: str) -> list[str]:
    """Return how a register may write a room of this key."""
    whole = [""]
    for part in re.split(r"(\d+)", key):
        endings = _with_zeros(part, 4) if part.isdigit() else [part, part.lower()]
        whole = [begun + ending for begun in whole for ending in dict.fromkeys(endings)]
    found = list(whole)
    for room in whole:
        if re.fullmatch(r"\w+-\w+", room):
            unit, door = room.split("-")
            found += [f"{unit}单元{door}", f"{unit}单元{door}室"]
        found.append(f"{room}室")
    return list(dict.fromkeys(found))


def door_endings(key: str) -> list[str]:
    """Return how a room with this door may end after its unit."""
    doors = _with_zeros(key, 4)
    return [f"{mark}{door}{end}" for door in doors for mark in ("-", "单元") for end in ("", "室")]


def _with_zeros(code: str, width: int) -> list[str]:
    if not code.isdigit() or len(code) > _LONGEST_DOOR:
        return list(dict.fromkeys([code, code.lower()]))
    return list(_fill(code, width))


def _fill(code: str, width: int) -> Iterator[str]:
    yield code
    for length in range(len(code) + 1, width + 1):
        yield code.zfill(length)


def fits(words: str, code: str, name: str) -> bool:
    """Say whether a typed word means this community: its code, or a part of its name."""
    plain = normal_code(words).upper()
    return plain == code.upper() or plain in normal_code(name).upper()
