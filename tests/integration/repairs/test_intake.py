"""Files of orders brought into the tables: twice, in any order, with unknown places."""

import io
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db import write_session
from app.service.repairs import log
from app.service.repairs.errors import OrderNotFoundError, RepairFieldError
from app.service.repairs.intake import jobs, queries
from app.service.repairs.intake.tray import match_line
from app.service.repairs.models import (
    OrderState,
    RepairFile,
    RepairFileState,
    RepairMonth,
    RepairOrder,
    RepairTray,
    Thing,
)
from app.surveys.register.models import Household
from app.vault import Vault
from tests.factories import head_office, make_community, make_staff, office_of

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HEAD = "派工单号,小区编码,楼栋,房号,状态,出单时间,承诺时间,完成时间,回访时间,类别,客户姓名,电话"


@dataclass
class Shop:
    """What the worker gives a job."""

    engine: Engine
    vault: Vault
    config: Any

    def clock(self) -> datetime:
        return NOW


@dataclass
class Folder:
    """The settings a job reads."""

    instance: Path


@pytest.fixture
def shop(engine: Engine, vault: Vault, tmp_path: Path) -> Shop:
    """Return a worker with two communities and somebody at head office."""
    with write_session(engine) as session:
        make_staff(session)
        make_community(session, code="YQL", name="云栖里")
        make_community(session, code="BJW", name="滨江湾")
    return Shop(engine, vault, Folder(tmp_path))


def _import(shop: Shop, *lines: str, head: str = HEAD, content: bytes | None = None) -> RepairFile:
    content = content or "\n".join([head, *lines]).encode()
    files = jobs.files_of(shop.config.instance, shop.vault)
    with write_session(shop.engine) as session:
        key = jobs.order_import(
            session, files, io.BytesIO(content), name="单.csv", actor=head_office(), now=NOW
        ).id
    jobs.import_file(shop, {"file": key})
    with Session(shop.engine) as session:
        found = queries.find_file(session, key)
        assert found is not None
        session.expunge(found)
        return found


def _numbers(file: RepairFile) -> tuple[int, int, int, int, int]:
    return file.added, file.changed, file.same, file.waiting, file.refused


def _world(shop: Shop) -> list[dict[str, object]]:
    """Return all that is known of every order, but which file told it."""
    fields = [
        *("community_id", "number", "state", "thing", "place", "household_id", "told", "fee"),
        *("issued_at", "promised_at", "done_at", "called_back_at", "is_charged"),
    ]
    with Session(shop.engine) as session:
        orders = session.scalars(select(RepairOrder).order_by(RepairOrder.number)).all()
        return [
            {name: getattr(one, name) for name in fields}
            | {"words": log.open_words(shop.vault, one)}
            for one in orders
        ]


DAY = "2026-11-02"
ISSUED = f"A1,YQL,1栋,1-101,出单,{DAY} 08:00,{DAY} 12:00,,,给排水,王芳,13800000001"
ACCEPTED = f"A1,YQL,1栋,1-101,签领,{DAY} 08:00,{DAY} 14:00,,,电,王芳,13800000001"
DONE = f"A1,YQL,1栋,1-101,完成,{DAY} 08:00,,{DAY} 11:00,,给排水,王方,13800000001"
CALLED = f"A1,云栖里,1,1-0101,回访,{DAY} 08:00,,{DAY} 11:00,2026-11-09 09:00,,,"
OTHER = f"A2,BJW,,,出单,{DAY} 09:00,,,,电梯,,"


def test_the_same_file_again_changes_nothing(shop: Shop) -> None:
    assert _numbers(_import(shop, ISSUED, OTHER)) == (2, 0, 0, 0, 0)
    before = _world(shop)
    again = _import(shop, ISSUED, OTHER)
    assert _numbers(again) == (0, 0, 2, 0, 0)
    assert _world(shop) == before
    assert again.state is RepairFileState.DONE


def test_a_later_state_updates_and_an_earlier_one_never_goes_back(shop: Shop) -> None:
    _import(shop, ISSUED)
    assert _numbers(_import(shop, DONE)) == (0, 1, 0, 0, 0)
    _import(shop, ACCEPTED)
    (order,) = _world(shop)
    assert order["state"] is OrderState.DONE
    assert order["thing"] is Thing.WATER  # as said when it was done, not before
    assert order["promised_at"] == datetime(2026, 11, 2, 4, tzinfo=UTC)  # the first promise
    assert order["words"].name == "王方"


def test_files_in_any_order_end_in_the_same_state(shop: Shop) -> None:
    lines = [ISSUED, ACCEPTED, DONE, CALLED, OTHER]
    worlds = []
    for seed in range(3):
        random.Random(seed).shuffle(lines)
        for line in lines:
            _import(shop, line)
        worlds.append(_world(shop))
        with write_session(shop.engine) as session:
            for order in session.scalars(select(RepairOrder)):
                order.number = f"{seed}-{order.number}"  # out of the way of the next round
    worlds = [[one for one in world if one["number"] in ("A1", "A2")] for world in worlds]
    assert worlds[0] == worlds[1] == worlds[2]
    assert worlds[0][0]["state"] is OrderState.CALLED_BACK


def test_a_corrected_line_corrects_the_order_and_is_told_as_a_change(shop: Shop) -> None:
    _import(shop, DONE)
    mended = DONE.replace("1-101", "1-102").replace("王方", "王芬").replace("给排水", "电")
    assert _numbers(_import(shop, mended)) == (0, 1, 0, 0, 0)
    (order,) = _world(shop)
    assert (order["thing"], order["words"].name) == (Thing.POWER, "王芬")
    with Session(shop.engine) as session:
        home = session.get_one(Household, order["household_id"])
        assert home.room == "1-102"
    assert _numbers(_import(shop, mended)) == (0, 0, 1, 0, 0)


def test_customers_are_sealed_and_months_are_marked(shop: Shop) -> None:
    _import(shop, DONE)
    with Session(shop.engine) as session:
        (order,) = session.scalars(select(RepairOrder))
        assert order.customer_sealed is not None
        assert "王方".encode() not in order.customer_sealed
        assert "王方" not in order.told
        assert order.household_id is not None
        assert [row.month.isoformat() for row in session.scalars(select(RepairMonth))] == [
            "2026-11-01"
        ]


def test_unknown_places_wait_in_the_tray_and_come_in_once_somebody_says_where(
    shop: Shop,
) -> None:
    strange = ISSUED.replace("YQL", "云栖一期")
    door = ISSUED.replace("A1", "A3").replace("1-101", "9-999")
    assert _numbers(_import(shop, strange, door)) == (0, 0, 0, 2, 0)
    # A later state of both waits as the same two lines.
    _import(shop, DONE.replace("YQL", "云栖一期"), door)
    with write_session(shop.engine) as session:
        waiting = sorted(queries.list_tray(session, head_office()), key=lambda one: one.why)
        assert [(one.why, one.words) for one in waiting] == [
            ("community", "云栖一期"),
            ("door", ""),
        ]
        place = waiting[1].community_id
        assert place is not None
        with pytest.raises(RepairFieldError):
            match_line(
                *(session, shop.vault, head_office(), waiting[0].id),
                community_id=place,
                building="77",
                room="1",
                now=NOW,
            )
        found = match_line(
            *(session, shop.vault, head_office(), waiting[0].id),
            community_id=place,
            building="1",
            room="1-101",
            now=NOW,
        )
        assert found.order.state is OrderState.DONE
    # The name is known from now on, and the order is the same one.
    assert _numbers(_import(shop, strange, strange.replace("A1", "A9"))) == (1, 0, 1, 0, 0)
    with Session(shop.engine) as session:
        assert len(queries.list_tray(session, head_office())) == 1


def test_one_name_matched_brings_in_all_lines_that_wait_for_it(shop: Shop) -> None:
    lines = [ISSUED.replace("YQL", "老名").replace("A1", f"N{at}") for at in range(3)]
    _import(shop, *lines, ISSUED.replace("YQL", "老名").replace("1-101", "8-888"))
    with write_session(shop.engine) as session:
        first = queries.list_tray(session, head_office())[0]
        place = queries.load_places(session)["YQL"]
        found = match_line(
            *(session, shop.vault, head_office(), first.id),
            community_id=place,
            building="1",
            room="1-101",
            now=NOW,
        )
        assert found.further == 2
        (left,) = queries.list_tray(session, head_office())
        assert (left.why, left.community_id) == ("door", place)
        other = queries.load_places(session)["BJW"]
        stranger = office_of(_Key(other))  # type: ignore[arg-type]
        assert queries.list_tray(session, stranger) == []
        with pytest.raises(OrderNotFoundError):
            match_line(
                *(session, shop.vault, stranger, left.id),
                community_id=other,
                building="",
                room="",
                now=NOW,
            )


@dataclass
class _Key:
    """A community, as far as a scope looks at it."""

    id: int


def test_a_line_that_waits_is_joined_when_another_file_knows_its_door(shop: Shop) -> None:
    _import(shop, DONE.replace("1-101", "1-191"))
    _import(shop, ISSUED)
    (order,) = _world(shop)
    assert order["state"] is OrderState.DONE
    with Session(shop.engine) as session:
        (line,) = session.scalars(select(RepairTray))
        assert line.matched_at is not None
        assert line.line_sealed is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04nothing of a workbook",
        b"\xd0\xcf\x11\xe0" + b"\0" * 512,
        b"\x00\x01\x02\x03" * 64,
        '单号,小区\n"A1,C1\n'.encode(),
        ("," * 5000).encode(),
    ],
)
def test_a_hostile_file_is_refused_with_its_reason_and_changes_nothing(
    shop: Shop, content: bytes
) -> None:
    files = jobs.files_of(shop.config.instance, shop.vault)
    found = _import(shop, content=content or b"\n")
    report = jobs.read_report(shop.vault, found)
    assert found.state is RepairFileState.REFUSED
    assert report is not None
    assert report.broken
    assert _world(shop) == []
    with pytest.raises(Exception, match=found.stored_as):
        files.opener(found.stored_as)().read()  # deleted


def test_what_stands_before_a_break_comes_in_and_the_break_is_named(shop: Shop) -> None:
    broken = f"{HEAD}\n{ISSUED}\n{OTHER}".encode() + b"\nA3,\xff\xfe,,,,,,,,,,\n"
    found = _import(shop, content=broken)
    report = jobs.read_report(shop.vault, found)
    assert report is not None
    assert report.broken == "undecodable"
    assert report.troubles[-1].line == 4
    assert found.added in (0, 2)
    assert len(_world(shop)) == found.added


def test_a_worker_that_died_goes_on_behind_the_lines_that_are_in(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PIECE", 2)
    lines = [ISSUED.replace("A1", f"B{at}") for at in range(5)]
    files = jobs.files_of(shop.config.instance, shop.vault)
    with write_session(shop.engine) as session:
        content = io.BytesIO("\n".join([HEAD, *lines]).encode())
        key = jobs.order_import(
            session, files, content, name="单.csv", actor=head_office(), now=NOW
        ).id
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_finish", _die)
        with pytest.raises(InterruptedError):
            jobs.import_file(shop, {"file": key})
    jobs.import_file(shop, {"file": key})
    with Session(shop.engine) as session:
        found = queries.find_file(session, key)
        assert found is not None
        assert (found.added, found.same, found.lines) == (5, 0, 5)


def _die(*_: object) -> None:
    raise InterruptedError
