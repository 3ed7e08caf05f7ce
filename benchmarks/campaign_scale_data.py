"""A company at full size, made by set-based SQL: register, campaigns of years, one under way.

Numbers are drawn from the keys of the rows, so that the same size gives the same data. Three
things are smaller than life: names are shared by a few dozen homes each, sealed blobs are shared
by many rows, and only the phone numbers of `sampled_phones` can be found again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of, start_of
from app.staff.models import Role, Staff
from app.staff.passwords import hash_password
from app.surveys.campaign import services as campaign_services
from app.surveys.campaign.models import Campaign, CampaignState
from app.surveys.campaign.planning import services as planning_services
from app.surveys.campaign.queries import get_instrument
from app.surveys.instrument.load import load_instrument
from app.surveys.register.services import name_hash, phone_hash
from app.surveys.response.core import core_positions
from app.surveys.response.counts import queries as counting
from app.surveys.response.counts import services as counts
from app.surveys.response.vector import BLANK
from app.surveys.snapshot.manifest import Manifest, digest_of, to_json
from app.vault import Vault

NOW = datetime(2026, 11, 12, 2, tzinfo=UTC)  # the twelfth day of the campaign, 10:00 in Beijing
PASSWORD = "correct horse"
LEADER = "leader"
HEAD_OFFICE = "head"
REGIONS = ("华东", "华南", "华北", "华中", "西南", "西北", "东北", "沿海")
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国"
NAMES = [a + b + c for a in FAMILY for b in GIVEN for c in GIVEN]
SAMPLED = 500
_INSTRUMENT = Path("instruments/customer-perception/v1.yaml")
_USUAL_BUILDINGS = 15
_DAYS = 20
BIG = ("person", "frame_member", "response", "contact_event", "message", "follow_up", "comment")


@dataclass(frozen=True, slots=True)
class Size:
    """How large the company is.

    Attributes:
        communities: Communities.
        households: Homes of a community on average; the smallest have half, the largest half more.
        campaigns: Finished campaigns; one more is under way.
    """

    communities: int
    households: int
    campaigns: int

    @property
    def per_building(self) -> int:
        """Homes of a building."""
        return max(2, self.households // _USUAL_BUILDINGS)


@dataclass(frozen=True, slots=True)
class Words:
    """What the two databases say differently."""

    is_postgresql: bool

    @property
    def binary(self) -> str:
        """Name the type of bytes."""
        return "BYTEA" if self.is_postgresql else "BLOB"

    def instant(self, seconds: str) -> str:
        """Return an instant from seconds since 1970."""
        if self.is_postgresql:
            return f"to_timestamp({seconds})"
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', {seconds}, 'unixepoch')"

    def bytes32(self, what: str, key: str) -> str:
        """Return 32 bytes that no other row has."""
        if self.is_postgresql:
            return f"sha256(convert_to('{what}' || {key}, 'UTF8'))"
        return "randomblob(32)"

    def blob(self, content: bytes) -> str:
        """Return these bytes."""
        if self.is_postgresql:
            return f"decode('{content.hex()}', 'hex')"
        return f"X'{content.hex()}'"

    def hex(self, what: str, key: str, length: int = 32) -> str:
        """Return hexadecimal digits that no other row has."""
        if self.is_postgresql:
            return f"substr(md5('{what}' || {key}), 1, {length})"
        return f"lower(hex(randomblob({length // 2})))"


def draw(key: str, salt: int, below: int) -> str:
    """Return SQL for a number below `below`, evenly drawn from a key."""
    factor, shift = (48271, 69621, 39373, 40692, 16807, 30269)[salt % 6], 7919 * (salt + 1)
    return f"((CAST({key} AS BIGINT) * {factor} + {shift}) % 1000003 % {below})"


def sampled_phones(homes: int) -> list[tuple[int, str]]:
    """Return homes spread over the register, each with a phone number that finds it."""
    step = max(1, homes // SAMPLED)
    return [(home, f"139{home:08}") for home in range(1, homes + 1, step)]


def fill(engine: Engine, vault: Vault, size: Size, *, say: Callable[[str], None]) -> int:
    """Fill a migrated database and return the number of its homes."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _fast_sqlite)
        engine.dispose()
    clock = time.monotonic()

    def told(what: str) -> None:
        nonlocal clock
        say(f"  {what}: {time.monotonic() - clock:.0f} s")
        clock = time.monotonic()

    with engine.begin() as connection, _without_indexes(connection, told):
        words = Words(engine.dialect.name == "postgresql")
        filling = _Filling(connection, vault, words, size)
        homes = filling.register()
        told(f"register, {homes:,} homes")
        for number in range(size.campaigns + 1):
            filling.campaign(number)
            told(f"campaign {number + 1} of {size.campaigns + 1}")
    with engine.begin() as connection, Session(connection) as session:
        for campaign in session.query(Campaign).order_by(Campaign.opens_on):
            counting.rewrite_counts(session, campaign.id)
        told("tallies")
        _freeze_history(connection, session)
        session.commit()
        told("snapshots")
    _tidy(engine)
    told("statistics of the database")
    if engine.dialect.name == "sqlite":
        event.remove(engine, "connect", _fast_sqlite)
        engine.dispose()
    return homes


def check_counts(engine: Engine, *, say: Callable[[str], None]) -> None:
    """Recount the running campaign, mend it, and say how long each took.

    Raises:
        ValueError: The data does not agree with itself.
    """
    with engine.begin() as connection, Session(connection) as session:
        campaign = session.query(Campaign).order_by(Campaign.opens_on.desc()).first()
        assert campaign is not None
        begun = time.monotonic()
        wrong = counts.recount(session, campaign)
        counted = time.monotonic()
        counts.mend(session, campaign)
        mended = time.monotonic()
        session.commit()
    if wrong:
        raise ValueError(f"{len(wrong)} differences, the first is {wrong[0]}")
    say(f"  recount: 0 differences, {counted - begun:.1f} s; mend {mended - counted:.1f} s")


class _Filling:
    """One filling: the connection and what every part of it needs."""

    def __init__(self, connection: Connection, vault: Vault, words: Words, size: Size) -> None:
        self.connection, self.vault, self.words, self.size = connection, vault, words, size
        self.homes = 0
        self.digest = ""

    def run(self, statement: str, rows: Sequence[dict[str, object]] | None = None) -> None:
        self.connection.execute(text(statement), rows)

    def register(self) -> int:
        """Make regions, communities, buildings, homes, people, staff and the questionnaire."""
        size, words = self.size, self.words
        self.run(
            "INSERT INTO region (id, code, name) VALUES (:id, :code, :name)",
            [{"id": at, "code": f"R{at}", "name": name} for at, name in enumerate(REGIONS, 1)],
        )
        self.run(
            "INSERT INTO community (id, code, name, city, office, office_phone, region_id) VALUES "
            "(:id, :code, :name, '杭州', :office, '0571-8888', :region)",
            [
                {
                    "id": at,
                    "code": f"C{at:04}",
                    "name": f"云栖{at}里",
                    "office": f"第{1 + at % 40}管理处",
                    "region": 1 + at % len(REGIONS),
                }
                for at in range(1, size.communities + 1)
            ],
        )
        self.run(
            "INSERT INTO building (id, community_id, code, has_lift) VALUES "
            "(:id, :community, :code, TRUE)",
            [
                {"id": 100 * at + one, "community": at, "code": f"{one}栋"}
                for at in range(1, size.communities + 1)
                for one in range(1, _USUAL_BUILDINGS - 7 + at % 15 + 1)
            ],
        )
        self.run(
            "INSERT INTO household (id, uid, building_id, room, important) "
            f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n "
            f"WHERE i + 1 < {size.per_building}), "
            "home AS (SELECT row_number() OVER (ORDER BY b.id, n.i) AS id, b.id AS building, n.i "
            "FROM building b CROSS JOIN n) "
            f"SELECT id, {words.hex('home', 'id')}, building, "
            "(1 + i % 2) || '-' || (100 * (1 + i / 4) + 1 + i / 2 % 2), "
            "CASE WHEN id % 50 = 3 THEN 'representative' END FROM home ORDER BY id"
        )
        homes: int = self.connection.execute(text("SELECT count(*) FROM household")).scalar_one()
        self.homes = homes
        self._people()
        self._staff()
        return homes

    def _people(self) -> None:
        phone = self.vault.seal("13900000000", "phone")
        self.run(
            f"CREATE TEMPORARY TABLE bench_name (i INTEGER, hash {self.words.binary}, "
            f"sealed {self.words.binary}, phone {self.words.binary})"
        )
        self.run(
            "INSERT INTO bench_name (i, hash, sealed, phone) VALUES (:i, :hash, :sealed, :phone)",
            [
                {
                    "i": at,
                    "hash": name_hash(self.vault, name),
                    "sealed": self.vault.seal(name, "name"),
                    "phone": phone,
                }
                for at, name in enumerate(NAMES)
            ],
        )
        added = self.words.instant("1400000000")
        self.run(
            "INSERT INTO person (id, household_id, name_sealed, phone_sealed, name_hash, "
            "phone_hash, added_at) "
            f"SELECT h.id, h.id, n.sealed, n.phone, n.hash, {self.words.bytes32('tel', 'h.id')}, "
            f"{added} FROM household h JOIN bench_name n ON n.i = h.id % {len(NAMES)} "
            "ORDER BY h.id"
        )
        self.run(
            "UPDATE person SET phone_hash = :hash WHERE id = :id",
            [
                {"id": home, "hash": phone_hash(self.vault, phone)}
                for home, phone in sampled_phones(self.homes)
            ],
        )

    def _staff(self) -> None:
        with Session(self.connection) as session:
            hashed = hash_password(PASSWORD)
            for login, role in ((HEAD_OFFICE, Role.HEAD_OFFICE), (LEADER, Role.LEADER)):
                session.add(
                    Staff(login=login, name=login, role=role, password_hash=hashed, created_at=NOW)
                )
            loaded = load_instrument(_INSTRUMENT.read_text("utf-8"), _INSTRUMENT.name)
            version = campaign_services.publish_instrument(session, loaded.instrument, now=NOW)
            self.digest = version.digest
            instrument = get_instrument(session, version.digest)
            session.commit()
        width = sum(item.in_vector for item in instrument.items)
        self.run(f"CREATE TEMPORARY TABLE bench_vector (i INTEGER, vector {self.words.binary})")
        vectors = [bytes(1 + (at * 7 + place) % 5 for place in range(width)) for at in range(31)]
        blank = bytearray(vectors[0])
        blank[core_positions(instrument)[0]] = BLANK
        self.run(
            "INSERT INTO bench_vector (i, vector) VALUES (:i, :vector)",
            [{"i": at, "vector": one} for at, one in enumerate([*vectors, bytes(blank)])],
        )

    def campaign(self, number: int) -> None:
        """Make one campaign: the last one is under way, those before it are over."""
        back = self.size.campaigns - number
        opens_on = date(2026 - back // 2, 6 if back % 2 else 11, 1)
        is_over = back > 0
        key = self._campaign_row(opens_on, is_over=is_over)
        self._gates(key, opens_on, is_over=is_over)
        self._frame(key, opens_on, is_over=is_over)
        self._exclusions(key, opens_on, is_over=is_over)
        self._responses(key)
        self._events(key, opens_on, is_near=back < 2)
        if is_over:
            self._follow_up(key, opens_on, is_last=back == 1)
        else:
            self._run(key, opens_on)

    def _campaign_row(self, opens_on: date, *, is_over: bool) -> int:
        with Session(self.connection) as session:
            campaign = campaign_services.create_campaign(
                session,
                code=f"{opens_on:%Y-%m}",
                title="业主满意度调查",
                title_en="Owner survey",
                instrument_digest=self.digest,
                opens_on=opens_on,
                closes_on=opens_on + timedelta(days=_DAYS - 1),
                now=start_of(opens_on) - timedelta(days=30),
            )
            campaign.state = CampaignState.OPEN
            campaign.opened_at = start_of(opens_on)
            if not is_over:
                staff = session.query(Staff).filter_by(login=HEAD_OFFICE).one()
                planning_services.make_tasks(session, campaign, staff_id=staff.id)
            session.commit()
            return campaign.id

    def _gates(self, campaign: int, opens_on: date, *, is_over: bool) -> None:
        ended = int(end_of(opens_on + timedelta(days=_DAYS - 1)).timestamp())
        at = self.words.instant(str(ended)) if is_over else "NULL"
        self.run(
            "INSERT INTO gate (campaign_id, community_id, areas_offered, flushed_at, name, "
            f"office, region_code, region) SELECT {campaign}, c.id, 9, {at}, c.name, c.office, "
            "r.code, r.name FROM community c JOIN region r ON r.id = c.region_id ORDER BY c.id"
        )

    def _frame(self, campaign: int, opens_on: date, *, is_over: bool) -> None:
        words = self.words
        start = int(start_of(opens_on).timestamp())
        days = f"CASE WHEN b.community_id % 50 = 1 THEN {_DAYS + 6} ELSE {_DAYS} END"
        rate = f"620 + (b.community_id * 37 + {campaign} * 11) % 250"
        if is_over:  # some communities never reach the rate
            rate = f"CASE WHEN (b.community_id + {campaign}) % 50 = 0 THEN 550 ELSE {rate} END"
        else:
            days = str((beijing_date(NOW) - opens_on).days)
            rate = "250 + b.community_id * 37 % 400"
        slow = draw("h.id", campaign + 1, 1000)
        asked = (
            "SELECT h.id, b.community_id, b.code, h.room, b.has_lift, "
            "h.important IS NOT NULL AS important, "
            f"h.id % 50 <> 7 AND {draw('h.id', campaign, 1000)} < {rate} AS is_back, "
            f"{draw('h.id', campaign + 2, 100)} AS fate, "
            f"{start} + {slow} * {slow} * ({days}) / 1000000 * 86400 + 28800 "
            f"+ {draw('h.id', campaign + 3, 46800)} AS back_at, "
            f"CAST({start} AS BIGINT) + h.id % 3 * 86400 + 36000 AS letter_at "
            "FROM household h JOIN building b ON b.id = h.building_id"
        )
        key = f"'{campaign}-' || id"
        self.run(
            "INSERT INTO frame_member (id, campaign_id, community_id, household_id, building, "
            "room, has_lift, important, pseudonym, replicate_group, block, token_hash, code_hash, "
            "outcome, occupancy, delivered_at, opened_at, returned_at) "
            f"WITH asked AS ({asked}) "
            f"SELECT {(campaign - 1) * self.homes} + id, {campaign}, community_id, id, code, room, "
            f"has_lift, important, {words.hex('p', key)}, id % 30, id % 4, "
            f"{words.bytes32('t', key)}, {words.bytes32('c', key)}, "
            "CASE WHEN is_back AND fate < 3 THEN 'partial' WHEN is_back THEN 'complete' "
            "WHEN fate < 3 THEN 'refused' WHEN fate < 8 THEN 'not_at_home' "
            "WHEN fate < 10 THEN 'away' WHEN fate < 12 THEN 'looks_empty' ELSE 'no_contact' END, "
            "CASE WHEN is_back OR fate < 3 THEN 'occupied' "
            "WHEN fate BETWEEN 10 AND 11 THEN 'vacant_seen' ELSE 'unknown' END, "
            f"CASE WHEN fate <> 50 THEN {words.instant('letter_at')} END, "
            f"CASE WHEN is_back AND fate > 20 THEN {words.instant('back_at - 600')} "
            f"WHEN fate > 96 THEN {words.instant('letter_at')} END, "
            f"CASE WHEN is_back THEN {words.instant('back_at')} END FROM asked ORDER BY id"
        )

    def _exclusions(self, campaign: int, opens_on: date, *, is_over: bool) -> None:
        at = self.words.instant(str(int(start_of(opens_on).timestamp())))
        sealed = self.words.blob(self.vault.seal("空置，物业费台账可查", "evidence"))
        self.run(
            "INSERT INTO exclusion (frame_member_id, code, evidence_sealed, requested_by, "
            f"approved_by, approved_at) SELECT id, 'vacant', {sealed}, 1, 1, {at} "
            f"FROM frame_member WHERE campaign_id = {campaign} AND household_id % 50 = 7"
        )
        if not is_over:
            self.run(
                "INSERT INTO exclusion (frame_member_id, code, evidence_sealed, requested_by) "
                f"SELECT id, 'vacant', {sealed}, 1 FROM frame_member "
                f"WHERE campaign_id = {campaign} AND household_id % 3000 = 11"
            )

    def _responses(self, campaign: int) -> None:
        words = self.words
        self.run(
            "INSERT INTO response (id, frame_member_id, idempotency_key, payload_hash, channel, "
            "origin, language, form, instrument_digest, vector, is_counted, received_at, receipt) "
            f"SELECT m.id, m.id, 'key-' || m.id, {words.bytes32('h', 'm.id')}, "
            "CASE WHEN m.id % 10 < 3 THEN 'paper' ELSE 'phone' END, 'submitted', 'zh-Hans', "
            f"'full', '{self.digest}', v.vector, TRUE, m.returned_at, "
            f"{words.hex('r', 'm.id', 16)} FROM frame_member m JOIN bench_vector v "
            "ON v.i = CASE WHEN m.outcome = 'partial' THEN 31 ELSE m.id % 31 END "
            f"WHERE m.campaign_id = {campaign} AND m.returned_at IS NOT NULL ORDER BY m.id"
        )

    def _events(self, campaign: int, opens_on: date, *, is_near: bool) -> None:
        columns = "frame_member_id, at, kind, channel, outcome, staff_id"
        begun = f"INSERT INTO contact_event ({columns}) SELECT"
        own = f"FROM frame_member WHERE campaign_id = {campaign}"
        reminded = int(start_of(opens_on + timedelta(days=7)).timestamp()) + 36000
        at = self.words.instant(str(reminded))
        self.run(
            f"{begun} id, delivered_at, 'delivered', 'letterbox', NULL, 1 {own} "
            "AND delivered_at IS NOT NULL ORDER BY id"
        )
        if is_near:
            self.run(
                f"{begun} id, {at}, 'reminder', 'wechat', NULL, NULL {own} "
                f"AND (returned_at IS NULL OR returned_at > {at}) AND household_id % 50 <> 7 "
                "ORDER BY id"
            )
        self.run(
            f"{begun} id, {at}, 'attempt', 'visit', outcome, 1 {own} "
            "AND returned_at IS NULL AND outcome <> 'no_contact' ORDER BY id"
        )
        self.run(
            f"{begun} id, {at}, 'attempt', 'visit', 'not_at_home', 1 {own} "
            f"AND returned_at > {at} AND household_id % 7 = 0 ORDER BY id"
        )

    def _follow_up(self, campaign: int, opens_on: date, *, is_last: bool) -> None:
        words = self.words
        own = f"m.campaign_id = {campaign} AND m.returned_at IS NOT NULL AND m.id % 10 < 3"
        closes_on = opens_on + timedelta(days=_DAYS - 1)
        closed = words.instant(str(int(end_of(closes_on + timedelta(days=9)).timestamp())))
        opened = "m.id % 400 = 1" if is_last else "FALSE"  # a few cases are never closed in time
        wish = '{"comment.wish": "电梯常坏，希望尽快更换"}'
        sealed = words.blob(self.vault.seal(wish, "comment"))
        self.run(
            "INSERT INTO comment (response_id, texts_sealed, wish) "
            f"SELECT m.id, {sealed}, 'office_or_hq' FROM frame_member m WHERE {own} ORDER BY m.id"
        )
        self.run(
            "INSERT INTO follow_up (id, frame_member_id, campaign_id, community_id, on_list, "
            "stage, state, created_at, closed_at) "
            f"SELECT m.id, m.id, {campaign}, m.community_id, "
            "CASE WHEN m.id % 200 = 2 THEN 'head_office' ELSE 'community' END, "
            f"CASE WHEN {opened} THEN 'accepted' ELSE 'closed' END, "
            f"CASE WHEN {opened} THEN 'open' ELSE 'closed' END, m.returned_at, "
            f"CASE WHEN {opened} THEN NULL ELSE {closed} END "
            f"FROM frame_member m WHERE {own} ORDER BY m.id"
        )
        self.run(
            "INSERT INTO contact_record (follow_up_id, at, way, person_sealed, staff_id, outcome, "
            f"result_sealed) SELECT m.id, {closed}, 'phone', {sealed}, 1, 'explained', {sealed} "
            f"FROM frame_member m WHERE {own} AND NOT ({opened}) ORDER BY m.id"
        )
        planned = "m.id % 100 = 3" if is_last else "FALSE"
        self.run(
            "INSERT INTO visit (frame_member_id, campaign_id, community_id, planned_on, state, "
            "visited_on, visited_by) "
            f"SELECT m.id, {campaign}, m.community_id, {self._day(closes_on + timedelta(days=3))}, "
            f"CASE WHEN {planned} THEN 'planned' ELSE 'visited' END, "
            f"CASE WHEN {planned} THEN NULL ELSE {self._day(closes_on + timedelta(days=4))} END, "
            f"CASE WHEN {planned} THEN NULL ELSE 1 END "
            f"FROM frame_member m WHERE m.campaign_id = {campaign} AND m.important ORDER BY m.id"
        )

    def _run(self, campaign: int, opens_on: date) -> None:
        """Send the first reminder of the running campaign."""
        at = self.words.instant(
            str(int(start_of(opens_on + timedelta(days=7)).timestamp()) + 36000)
        )
        self.run(
            "INSERT INTO message_run (id, campaign_id, kind, channel, state, cap, made_by, "
            "made_at, planned_at, approved_by, approved_at, started_at, ended_at, slices) VALUES "
            f"(1, {campaign}, 'reminder_1', 'wechat', 'done', 2, 1, {at}, {at}, 1, {at}, {at}, "
            f"{at}, 100)"
        )
        silent = f"campaign_id = {campaign} AND (returned_at IS NULL OR returned_at > {at})"
        self.run(
            "INSERT INTO message (run_id, frame_member_id, state, attempts, moved_at, receipt) "
            f"SELECT 1, id, 'sent', 1, {at}, 'ok' FROM frame_member WHERE {silent} ORDER BY id"
        )
        self.run(
            "INSERT INTO run_tally (run_id, community_id, building, what, count) "
            f"SELECT 1, community_id, building, 'sent', count(*) FROM frame_member WHERE {silent} "
            "GROUP BY community_id, building"
        )

    def _day(self, day: date) -> str:
        return f"CAST('{day}' AS DATE)" if self.words.is_postgresql else f"'{day}'"


def _freeze_history(connection: Connection, session: Session) -> None:
    """Freeze what reached the rate in the campaigns that are over, and do the work after it."""
    over = session.query(Campaign).where(Campaign.closes_on < beijing_date(NOW)).all()
    words = Words(connection.dialect.name == "postgresql")
    for campaign in over:
        t0 = end_of(campaign.closes_on)
        done = words.instant(str(int(t0.timestamp()) + 6 * 86400))
        rows = connection.execute(
            text(
                "SELECT c.id, c.code, sum(t.members - t.excluded), sum(t.returned), "
                "sum(t.excluded) FROM tally t JOIN community c ON c.id = t.community_id "
                f"WHERE t.campaign_id = {campaign.id} GROUP BY c.id, c.code"
            )
        ).all()
        frozen = [row for row in rows if 1000 * row[3] >= campaign.required_permille * row[2]]
        manifests = {row[0]: to_json(_manifest(campaign, row, t0)) for row in frozen}
        at = words.instant(str(int(t0.timestamp())))
        connection.execute(
            text(
                "INSERT INTO snapshot (campaign_id, community_id, revision, digest, manifest, "
                f"created_at) VALUES ({campaign.id}, :community, 1, :digest, :manifest, {at})"
            ),
            [
                {"community": key, "digest": digest_of(manifest), "manifest": manifest}
                for key, manifest in manifests.items()
            ],
        )
        connection.execute(
            text(
                f"UPDATE gate SET t0 = {at}, frozen_at = {at} "
                f"WHERE campaign_id = {campaign.id} AND community_id = :community"
            ),
            [{"community": key} for key in manifests],
        )
        for kind in ("statistics", "analysis", "follow_up"):
            connection.execute(
                text(
                    "INSERT INTO work_package (gate_id, kind, started_at, done_at) "
                    f"SELECT id, '{kind}', {at}, {done} FROM gate "
                    f"WHERE campaign_id = {campaign.id} AND frozen_at IS NOT NULL"
                )
            )


def _manifest(campaign: Campaign, row: Sequence[object], t0: datetime) -> Manifest:
    _key, code, base, returned, excluded = row
    return Manifest(
        campaign=campaign.code,
        community=str(code),
        revision=1,
        replaces=None,
        instrument=campaign.instrument_digest,
        base=int(str(base)),
        returned=int(str(returned)),
        excluded=int(str(excluded)),
        required_permille=campaign.required_permille,
        t0=t0,
        waived=False,
        files=(),
        code_version="benchmark",
        created_at=t0,
    )


@contextmanager
def _without_indexes(connection: Connection, told: Callable[[str], None]) -> Iterator[None]:
    """Take indexes and references off the big tables of PostgreSQL and build them afterwards."""
    if connection.dialect.name != "postgresql":
        yield
        return
    constraints = connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE contype = 'u' AND conrelid::regclass::text = ANY(:big)"
        ),
        {"big": list(BIG)},
    ).all()
    indexes = connection.execute(
        text(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid::regclass::text = ANY(:big) AND NOT indisprimary AND NOT EXISTS "
            "(SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)"
        ),
        {"big": list(BIG)},
    ).all()
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
    for table, name, _words in constraints:
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    for name, _words in indexes:
        connection.execute(text(f"DROP INDEX {name}"))
    yield
    for _name, definition in indexes:
        connection.execute(text(definition))
    for table, name, definition in constraints:
        connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"))
    connection.execute(
        text(
            "SELECT setval(s.oid::regclass, 2000000000) FROM pg_class s WHERE s.relkind = 'S' "
            "AND s.relname LIKE '%_id_seq'"
        )
    )
    told(f"{len(indexes) + len(constraints)} indexes")


def _tidy(engine: Engine) -> None:
    """Let the database count its rows and settle what was written."""
    statement = "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


def _fast_sqlite(connection: object, _record: object) -> None:
    for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-2000000"):
        connection.execute(f"PRAGMA {pragma}").close()  # type: ignore[attr-defined]
