"""One company with something of everything: two communities, and somebody of every role in one.

The addresses of the application are filled from it: for the name of an argument it finds a row of
the own community and one of the foreign community by following the foreign keys of the tables.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, Engine, Table, select
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from app.config import Config
from app.db import Base
from app.factory import create_app
from app.followup.services import make_follow_ups
from app.followup.visits.services import plan_visits
from app.staff.models import Role, StaffRegion, StaffSession
from app.storage import Storage
from app.surveys.register.models import Building, Community, Household, Region
from app.surveys.register.services import add_person
from app.surveys.response.tracker import gate_standing
from app.vault import Vault
from tests.factories import gate_of, make_campaign, make_community, make_staff, members_of, token_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.permissions import call_backs, papers, repairs, standards, talks
from tests.web.staff_pages import release

NOBODY = "nobody"
SEE_ALL = frozenset({Role.HEAD_OFFICE, Role.LEADER})
# Roles to whom no home may ever be shown: no room, no name, no word of an owner.
WITHOUT_HOMES = frozenset({Role.REGION, Role.COMMITTEE, Role.ADMIN, Role.AGENCY, Role.CALLER})
OWN, FOREIGN = "云栖里", "别家苑"
OWNER_NAME, OWNER_PHONE, SAID = "欧阳金丝雀", "13900007777", "金丝雀说电梯又停了"
NOT_THERE = 987_654

# Arguments whose name is not that of a table, by name or by blueprint and name.
TABLES = {
    "action_id": "corrective_action",
    "alarm_id": "alarm",
    "batch_id": "letter_batch",
    "call_back_records.draw_id": "call_back_draw",
    "call_backs.call_id": "call_back",
    "call_id": "audit_call",
    "case_id": "follow_up",
    "change_id": "item_change",
    "complaint_acts.complaint_id": "follow_up",
    "complaint_groups.group_id": "complaint_group",
    "complaint_page.complaint_id": "follow_up",
    "complaint_plans.action_number": "correction_action",
    "complaint_plans.complaint_id": "follow_up",
    "complaint_plans.plan_number": "correction_plan",
    "complaint_plans.report_number": "corrective_report",
    "complaint_rights.complaint_id": "follow_up",
    "complaint_report": "complaint_month_report",
    "contact_id": "contact_record",
    "decision_id": "integrity_decision",
    "desk_visits.action_id": "visit_action",
    "entry_scan_checks.sheet_id": "paper_sheet",
    "entry_scan_office.sheet_id": "paper_sheet",
    "entry_scan_pages.batch_id": "scan_batch",
    "entry_scan_review.batch_id": "scan_batch",
    "entry_scans.batch_id": "scan_batch",
    "event_id": "context_event",
    "file_id": "register_file",
    "hq_bundles.file_id": "letter_file",
    "hq_forms.file_id": "form_file",
    "hq_forms.order_id": "form_order",
    "hq_problem_steps.key": "shared_problem",
    "hq_problems.key": "shared_problem",
    "line_id": "handover",
    "meeting_id": "review_meeting",
    "member_id": "frame_member",
    "page_id": "scan_page",
    "picture_id": "visit_picture",
    "posting_id": "answer_posting",
    "repair_acts.order_id": "repair_order",
    "repair_files.file_id": "repair_file",
    "repair_flags.flag_id": "repair_flag",
    "repair_tray.tray_id": "repair_tray",
    "repair_visits.visit_id": "special_visit",
    "repair_watch.inspection_id": "defect_inspection",
    "repair_watch.print_id": "repair_print",
    "repair_watch.watch_id": "defect_watch",
    "repairs.order_id": "repair_order",
    "reviews.decision_id": "review_decision",
    "run_id": "message_run",
    "sample_id": "audit_sample",
    "session_id": "staff_session",
    "sheet_id": "case_sheet",
    "standard_id": "service_standard",
    "standard_guide.item_id": "guide_item",
    "talk_id": "owners_talk",
    "talks_prints.print_id": "talk_print",
}
# Arguments that are words, by name and, where a word means several things, by endpoint.
WORDS = {
    "code": "2026-11",
    "token": "0" * 26,
    "act": "hold",
    "tray": "doubtful",
    "verdict": "approve",
    "form": "csv",
    "ending": "csv",
    "channel": "sms",
    "day": "2026-11-10",
    "kind": "report",
    "key": "launch",
    "first": "2026-11-01",
    "last": "2026-11-02",
    "section": "areas",
    "month": "2026-10",
    "signed_as": "writer",
    "area": "S1",
    "building": "1栋",
    "name": "x",
    "filename": "staff.css",
}


@dataclass
class World:
    """The company, the application, and who is signed in with which cookie."""

    app: Flask
    engine: Engine
    own: int
    foreign: int
    now: datetime
    cookies: dict[Role, str] = field(default_factory=dict)
    letter: str = ""  # token in the letter of a home that has not answered
    _rows: dict[str, dict[int, int]] = field(default_factory=dict)

    def owner(self) -> FlaskClient:
        """Return the browser of an owner who opened his letter."""
        client = self.app.test_client()
        assert client.get(f"/t/{self.letter}").status_code == 303
        return client

    def client(self, role: Role | None) -> FlaskClient:
        """Return a browser signed in with a role, or with none."""
        client = self.app.test_client()
        if role is not None:
            client.set_cookie("ls_staff", self.cookies[role])
        return client

    def address(self, rule: Rule, *, foreign: Collection[str] = ()) -> str:
        """Return an address of a rule; the arguments named in `foreign` are of that community."""
        values = {
            name: self._value(rule, name, self.foreign if name in foreign else self.own)
            for name in rule.arguments
        }
        built = rule.build(values, append_unknown=False)
        assert built is not None, (rule.endpoint, values)
        return built[1]

    def places(self, rule: Rule) -> list[str]:
        """Return the arguments of a rule that name a row of a community."""
        return [name for name in sorted(rule.arguments) if self._leads_to_a_place(rule, name)]

    def named_tables(self) -> set[str]:
        """Return the tables whose rows the addresses of the application name."""
        rules = self.app.url_map.iter_rules()
        found = (_table(rule, name) for rule in rules for name in self.places(rule))
        return {table.name for table in found if table is not None}

    def forget_rows(self) -> None:
        """Look for rows afresh: somebody added some."""
        self._rows.clear()

    def _leads_to_a_place(self, rule: Rule, name: str) -> bool:
        table = _table(rule, name)
        return name == "community_id" or (
            table is not None and "id" in table.c and way_to_community(table) is not None
        )

    def _value(self, rule: Rule, name: str, community: int) -> object:
        converter = rule._converters[name]
        if isinstance(converter, IntegerConverter):
            return self._row(rule, name, community) or NOT_THERE
        if isinstance(converter, AnyConverter):
            return min(converter.items)
        return WORDS.get(name, "x")

    def _row(self, rule: Rule, name: str, community: int) -> int | None:
        if name == "community_id":
            return community
        table = _table(rule, name)
        if table is None:
            return None
        if table.name not in self._rows:
            self._rows[table.name] = first_rows(self.engine, table)
        return self._rows[table.name].get(community)


def _table(rule: Rule, name: str) -> Table | None:
    """Return the table an argument is a key of."""
    if not isinstance(rule._converters[name], IntegerConverter):
        return None
    blueprint = rule.endpoint.partition(".")[0]
    known = TABLES.get(f"{blueprint}.{name}") or TABLES.get(name) or name.removesuffix("_id")
    return Base.metadata.tables.get(known)


@cache
def way_to_community(table: Table) -> tuple[Column, ...] | None:
    """Return the columns that lead from a table to its community, the shortest way."""
    ways: list[tuple[Table, tuple[Column, ...]]] = [(table, ())]
    seen = {table.name}
    while ways:
        here, steps = ways.pop(0)
        if here.name in {"campaign", "staff", "region"}:
            continue  # all communities meet there
        if "community_id" in here.c:
            return (*steps, here.c.community_id)
        for column in here.c:
            for key in column.foreign_keys:
                if key.column.table.name not in seen:
                    seen.add(key.column.table.name)
                    ways.append((key.column.table, (*steps, column)))
    return None


def first_rows(engine: Engine, table: Table) -> dict[int, int]:
    """Return the first key of a table for each community; nothing when none leads to one."""
    way = way_to_community(table)
    if way is None or "id" not in table.c:
        return {}
    query = select(way[-1], table.c.id).select_from(table)
    for step in way[:-1]:
        (key,) = step.foreign_keys
        query = query.join(key.column.table, step == key.column)
    found: dict[int, int] = {}
    with engine.connect() as connection:
        for community, row in connection.execute(query.order_by(table.c.id)):
            found.setdefault(community, row)
    return found


def build(engine: Engine, url: str, folder: Path) -> World:
    """Fill an empty database and start the application on it."""
    config = Config(
        database_url=url,
        instance=folder / "instance",
        key_file=folder / "instance" / "vault.key",
        public_url="http://survey.example",
        company="邻声物业",
        hosts=("localhost",),
    )
    vault, storage = Vault(bytes(range(32))), Storage(config.files)
    app = create_app(config)
    services = app.extensions["linsheng"]
    services.vault, services.storage, services.clock = vault, storage, lambda: AFTER
    with Session(engine) as session:
        own, foreign, letter = _fill(session, vault, storage)
        world = World(app, engine, own.id, foreign.id, AFTER, letter=letter)
        for role in Role:
            world.cookies[role] = _sign_in(session, role, own)
        session.commit()
    return world


def _fill(session: Session, vault: Vault, storage: Storage) -> tuple[Community, Community, str]:
    regions = [Region(code=code, name=name) for code, name in (("R1", "东区"), ("R2", "西区"))]
    session.add_all(regions)
    session.flush()
    communities = []
    for region, name, office in zip(regions, (OWN, FOREIGN), ("甲管理处", "乙管理处"), strict=True):
        community = make_community(session, households=5, important=1, name=name, office=office)
        community.region_id = region.id
        communities.append(community)
        for number, home in enumerate(_homes(session, community)):
            home.room = f"7-77{number}{len(communities)}"
            add_person(session, vault, home, name=OWNER_NAME, phone=OWNER_PHONE, now=AFTER)
    campaign = make_campaign(session, vault)
    papers.plant(session, vault, campaign, communities)
    call_backs.plant(session, vault, communities)
    for community in communities:
        first, second = members_of(session, campaign, community)[:2]
        answer(session, vault, campaign, first, comment=SAID, wish="office_or_hq")
        answer(session, vault, campaign, second, comment=SAID, wish="hq_only")
    make_follow_ups(session, campaign.id, now=AFTER)
    for community in communities:
        release(session, vault, storage, campaign, community)
        gate = gate_of(session, campaign, community)
        status = gate_standing(session, campaign, gate, now=AFTER).status
        plan_visits(session, campaign, gate, status, now=AFTER)
    standards.plant(session, vault, communities)
    talks.plant(session, vault, communities)
    repairs.plant(session, vault, communities)
    letter = token_of(vault, members_of(session, campaign, communities[0])[2])
    return communities[0], communities[1], letter


def _homes(session: Session, community: Community) -> list[Household]:
    query = select(Household).join(Building, Building.id == Household.building_id)
    return list(session.scalars(query.where(Building.community_id == community.id)))


def _sign_in(session: Session, role: Role, own: Community) -> str:
    staff = make_staff(session, role, communities=[own], now=AFTER)
    if role is Role.REGION:
        session.add(StaffRegion(staff_id=staff.id, region_id=own.region_id))
    token = f"token-of-{role.value}"
    session.add(
        StaffSession(
            token_hash=hashlib.sha256(token.encode()).digest(),
            staff_id=staff.id,
            created_at=AFTER,
            seen_at=AFTER,
        )
    )
    session.flush()
    return token
