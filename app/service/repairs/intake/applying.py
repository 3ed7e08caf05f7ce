"""Lines to orders: found by number, joined with what is known, unknown places laid aside."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.service.repairs import log
from app.service.repairs.intake import queries
from app.service.repairs.intake.headings import INSTANTS
from app.service.repairs.intake.merging import Facts, from_json, join, ranked_of, to_json
from app.service.repairs.intake.reading import OrderLine
from app.service.repairs.models import (
    OrderState,
    Origin,
    Place,
    RepairEventKind,
    RepairOrder,
    RepairTray,
    Thing,
)
from app.service.repairs.rules import CLOSED, RANKS
from app.surveys.register.rules import community_key
from app.vault import Vault

TRAY = "repair-tray"
_OF_CUSTOMER = ("name", "phone", "text")


@dataclass(slots=True)
class Tally:
    """What became of lines."""

    added: int = 0
    changed: int = 0
    same: int = 0
    waiting: int = 0


class Intake:
    """Takes lines of one file in, some thousands at a time; keeps the doors it has looked up."""

    def __init__(self, vault: Vault, *, file_id: int, now: datetime) -> None:
        self._vault, self._file_id, self._now = vault, file_id, now
        self._places: dict[str, int] = {}
        self._doors: dict[int, dict[tuple[str, str], int]] = {}
        self._stale: set[tuple[int, date]] = set()

    def take(self, session: Session, lines: Sequence[OrderLine]) -> Tally:
        """Bring lines into the tables; the same line twice changes nothing."""
        self._places = queries.load_places(session)
        self._stale = set()
        tally = Tally()
        by_place: dict[int, list[OrderLine]] = defaultdict(list)
        unknown: list[OrderLine] = []
        for one in lines:
            place = self._find_place(one)
            if place is None:
                unknown.append(one)
            else:
                by_place[place].append(one)
        for community_id, group in sorted(by_place.items()):
            self._take_community(session, community_id, group, tally)
        tray = [(one, tray_key(self._vault, place_words(one), one.number)) for one in unknown]
        self._lay_aside(session, tray, None, tally)
        session.flush()
        log.mark_stale(session, self._stale)
        return tally

    def put(
        self,
        session: Session,
        community_id: int,
        number: str,
        facts: Facts,
        *,
        line: int,
        staff_id: int | None = None,
    ) -> RepairOrder:
        """Bring one line, whose place somebody told, into the tables."""
        known = queries.list_by_number(session, community_id, [number]).get(number)
        if known is None:
            known = self._add(session, community_id, number, facts, line)
        else:
            self._join(session, known, facts, line)
        session.flush()
        log.note(session, known, RepairEventKind.MATCHED, now=self._now, staff_id=staff_id)
        log.mark_stale(session, log.months_of(known))
        return known

    def find_door(
        self, session: Session, community_id: int, building: str, room: str
    ) -> int | None:
        """Return the home of a building and room, None when the register has none."""
        if community_id not in self._doors:
            self._doors[community_id] = queries.load_doors(session, community_id)
        return self._doors[community_id].get((building, room))

    def _find_place(self, one: OrderLine) -> int | None:
        if one.code:
            found = self._places.get(community_key(one.code))
            if found is not None or not one.community:
                return found
            # A code of the other system: its name tells, unless it says another of ours.
        return self._places.get(one.community)

    def _take_community(
        self, session: Session, community_id: int, lines: list[OrderLine], tally: Tally
    ) -> None:
        known = queries.list_by_number(session, community_id, {one.number for one in lines})
        keys = {one.number: self._key_of(community_id, one.number) for one in lines}
        tray = queries.list_open_tray(session, keys.values())
        aside: list[tuple[OrderLine, bytes]] = []
        for one in lines:
            order = known.get(one.number)
            home = self._home(session, community_id, one)
            facts = one.facts if home is None else _at_home(one.facts, home)
            if order is None and home is None and one.room:
                aside.append((one, keys[one.number]))
                continue
            if order is not None:
                # A home that was erased stays erased: its words do not come in again by a file.
                if one.room and home is None:
                    facts = _without_words(facts)
                is_new = self._join(session, order, facts, one.line)
                tally.changed += is_new
                tally.same += not is_new
                continue
            waiting = tray.get(keys[one.number])
            if waiting is not None and waiting.matched_at is None:
                facts = join(_told(self._vault, waiting)[1], facts)
                _match(waiting, community_id, home, self._now)
            known[one.number] = self._add(session, community_id, one.number, facts, one.line)
            tally.added += 1
        self._lay_aside(session, aside, community_id, tally)

    def _key_of(self, community_id: int, number: str) -> bytes:
        return tray_key(self._vault, f"#{community_id}", number)

    def _home(self, session: Session, community_id: int, one: OrderLine) -> int | None:
        if not one.room:
            return None
        return self.find_door(session, community_id, one.building, one.room)

    def _add(
        self, session: Session, community_id: int, number: str, facts: Facts, line: int
    ) -> RepairOrder:
        order = RepairOrder(
            community_id=community_id,
            number=number,
            origin=Origin.FILE,
            file_id=self._file_id,
            line=line,
        )
        self._write(order, facts)
        session.add(order)
        return order

    def _join(self, session: Session, order: RepairOrder, facts: Facts, line: int) -> bool:
        """Join what a line tells with what is known; say whether that changed anything."""
        before = facts_of(self._vault, order)
        after = join(before, facts)
        if after == before:
            return False
        self._stale |= log.months_of(order)
        self._write(order, after)
        order.file_id, order.line = self._file_id, line
        if after.state is not before.state and order.id is not None:
            log.note(session, order, RepairEventKind.FILE, now=self._now, detail=after.state)
        return True

    def _write(self, order: RepairOrder, facts: Facts) -> None:
        """Write facts into the columns of an order."""
        order.state = facts.state
        for name in INSTANTS:
            setattr(order, name, facts.instants.get(name))
        codes = {name: told[1] for name, told in facts.codes.items()}
        home = codes.get("home")
        order.household_id = None if home is None else int(home)
        order.thing = Thing(codes.get("thing", Thing.OTHER))
        at = Place.COMMON if home is None else Place.HOME
        order.place = Place(codes.get("place", at))
        order.is_major_defect = codes.get("major") == "1"
        order.fee = int(codes["fee"]) if "fee" in codes else None
        charged = codes.get("charged")
        order.is_charged = (order.fee > 0 if order.fee else None) if charged is None else None
        if charged is not None:
            order.is_charged = charged == "1"
        order.told = _written(facts)
        of_customer = {name: facts.words[name] for name in _OF_CUSTOMER if name in facts.words}
        order.customer_sealed = log.seal_words(self._vault, of_customer)
        of_repairer = {name: facts.words[name] for name in ("repairer",) if name in facts.words}
        order.repairer_sealed = log.seal_words(self._vault, of_repairer)
        self._stale |= log.months_of(order)

    def _lay_aside(
        self,
        session: Session,
        lines: Sequence[tuple[OrderLine, bytes]],
        community_id: int | None,
        tally: Tally,
    ) -> None:
        """Keep lines whose place nobody knows yet, each number once, joined with those before."""
        known = queries.list_open_tray(session, [key for _, key in lines])
        for one, key in lines:
            tally.waiting += 1
            standing = known.get(key)
            if standing is not None:
                self._join_tray(session, standing, one)
                continue
            known[key] = RepairTray(
                key=key,
                why="community" if community_id is None else "door",
                community_id=community_id,
                words=place_words(one) if community_id is None else "",
                line_sealed=_sealed(self._vault, one, one.facts),
                file_id=self._file_id,
                line=one.line,
                laid_at=self._now,
            )
            session.add(known[key])

    def _join_tray(self, session: Session, standing: RepairTray, one: OrderLine) -> None:
        if standing.matched_at is None:
            door, facts = _told(self._vault, standing)
            joined = join(facts, one.facts)
            if joined != facts:
                kept = max((facts, one.facts), key=lambda each: RANKS[each.state])
                newer = one if kept is one.facts and one.facts.state != facts.state else door
                standing.line_sealed = _sealed(self._vault, newer, joined)
            return
        if standing.community_id is not None:
            facts = one.facts
            if standing.household_id is not None:
                facts = _at_home(facts, standing.household_id)
            self.put(session, standing.community_id, one.number, facts, line=one.line)


def facts_of(vault: Vault, order: RepairOrder) -> Facts:
    """Return what is known of an order, in the form files tell it."""
    instants = {name: at for name in INSTANTS if (at := getattr(order, name)) is not None}
    codes = ranked_of(json.loads(order.told))
    if not codes and order.origin is not Origin.FILE:
        codes = {name: (log.BY_HAND, told) for name, told in _by_hand(order).items()}
    words = {
        **log.open_ranked(vault, order.customer_sealed),
        **log.open_ranked(vault, order.repairer_sealed),
    }
    return Facts(order.state, instants, codes, words)


def _by_hand(order: RepairOrder) -> dict[str, str]:
    said: dict[str, str] = {"thing": order.thing.value, "place": order.place.value}
    if order.household_id is not None:
        said["home"] = str(order.household_id)
    if order.is_charged is not None:
        said["charged"] = "1" if order.is_charged else "0"
    if order.fee is not None:
        said["fee"] = f"{order.fee:09d}"
    return {**said, "major": "1" if order.is_major_defect else "0"}


def _written(facts: Facts) -> str:
    codes = {name: list(told) for name, told in sorted(facts.codes.items())}
    return json.dumps(codes, separators=(",", ":"))


def _at_home(facts: Facts, household_id: int) -> Facts:
    home = {"home": (RANKS[facts.state], str(household_id))}
    return Facts(facts.state, facts.instants, {**facts.codes, **home}, facts.words)


def _without_words(facts: Facts) -> Facts:
    words = {name: told for name, told in facts.words.items() if name not in _OF_CUSTOMER}
    return Facts(facts.state, facts.instants, facts.codes, words)


def _sealed(vault: Vault, one: "OrderLine | Door", facts: Facts) -> bytes:
    content = {
        "number": one.number,
        "building": one.building,
        "room": one.room,
        "facts": to_json(facts),
    }
    return vault.seal(json.dumps(content, ensure_ascii=False), TRAY)


@dataclass(frozen=True, slots=True)
class Door:
    """What a line in the tray says about its order's number and door."""

    number: str
    building: str
    room: str


def open_tray(vault: Vault, tray: RepairTray) -> tuple[Door, Facts] | None:
    """Return what a line in the tray says; None when it was matched."""
    return None if tray.line_sealed is None else _told(vault, tray)


def _told(vault: Vault, tray: RepairTray) -> tuple[Door, Facts]:
    said = json.loads(vault.open(tray.line_sealed or b"", TRAY))
    door = Door(said["number"], said["building"], said["room"])
    return door, from_json(said["facts"])


def _match(tray: RepairTray, community_id: int, home: int | None, now: datetime) -> None:
    tray.community_id, tray.household_id, tray.matched_at = community_id, home, now
    tray.line_sealed = None


def tray_key(vault: Vault, place: str, number: str) -> bytes:
    """Return what two lines of one order share while its place is unknown."""
    return vault.keyed_hash(TRAY, f"{place}\x1f{number}")


def place_words(one: OrderLine) -> str:
    """Return what a line calls its community."""
    return (community_key(one.code) if one.code else one.community)[:120]


def is_closed(state: OrderState) -> bool:
    """Say whether a repair in this state is over."""
    return state in CLOSED
