"""A company two communities wide with released results, and keys of other systems for it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.analysis.results.canonical import to_json
from app.followup.models import CaseList, FollowUp, Source
from app.integrations import keys
from app.integrations.keys import KeyWish
from app.integrations.scopes import KeyScope
from app.reports.heads import write_head
from app.reports.models import StudyRun
from app.service.complaints.intake import take_in
from app.service.complaints.models import Channel
from app.service.complaints.rules import Intake
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.models import Building, Household
from app.surveys.snapshot.models import Snapshot
from app.vault import Vault
from tests.factories import make_staff
from tests.integration.snapshot.answering import AFTER
from tests.unit.reports_charts.build import make_result
from tests.web.permissions.world import World, build

VAULT = Vault(bytes(range(32)))
CODE = "2026-11"


@dataclass
class ApiWorld:
    """The company and who may call."""

    world: World
    engine: Engine
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def own(self) -> int:
        """The community the narrow keys may see."""
        return self.world.own

    @property
    def foreign(self) -> int:
        """The other community."""
        return self.world.foreign

    def client(self) -> FlaskClient:
        """A program: it has no cookie."""
        return self.world.app.test_client()

    def get(self, path: str, token: str = "all", **headers: str) -> TestResponse:
        """Ask with a key, named as in `tokens`."""
        return self.client().get(f"/api/v1{path}", headers={**self.bearer(token), **headers})

    def post(self, path: str, body: object, token: str = "all", name: str = "n1") -> TestResponse:
        """Write with a key under an Idempotency-Key."""
        headers = {**self.bearer(token), "Idempotency-Key": name}
        return self.client().post(f"/api/v1{path}", json=body, headers=headers)

    def bearer(self, token: str) -> dict[str, str]:
        """Return the header of a key."""
        return {"Authorization": f"Bearer {self.tokens.get(token, token)}"}

    def complaint(self, community: int) -> int:
        """Return a complaint of the community's own list."""
        query = select(FollowUp.id).where(
            FollowUp.community_id == community,
            FollowUp.on_list == CaseList.COMMUNITY,
            FollowUp.source == Source.COMPLAINT,
        )
        with self.engine.connect() as connection:
            return connection.execute(query).scalars().first()

    def case(self, community: int) -> int:
        """Return a case of the community's own list."""
        query = select(FollowUp.id).where(
            FollowUp.community_id == community,
            FollowUp.on_list == CaseList.COMMUNITY,
            FollowUp.source == Source.SURVEY,
        )
        with self.engine.connect() as connection:
            return connection.execute(query).scalars().first()


def add_key(
    session: Session,
    scopes: Iterable[KeyScope],
    *,
    communities: Iterable[int] | None = None,
    per_minute: int = 6000,
) -> str:
    """Make a key through the service and return its secret."""
    own = None if communities is None else frozenset(communities)
    admin = make_staff(session, Role.ADMIN, now=AFTER)
    wish = KeyWish("工单系统", frozenset(scopes), own, AFTER + timedelta(days=90), per_minute)
    actor = Scope(admin.id, "管理员", Role.ADMIN, frozenset())
    return keys.make_key(session, VAULT, wish, actor=actor, now=AFTER)[1]


def make_api_world(engine: Engine, url: str, folder: Path) -> ApiWorld:
    """Build everything once."""
    made = ApiWorld(build(engine, url, folder), engine)
    with Session(engine) as session:
        _add_results(session)
        for community in (made.own, made.foreign):
            add_complaint(session, community)
        every = frozenset(KeyScope)
        made.tokens["all"] = add_key(session, every)
        made.tokens["own"] = add_key(session, every, communities=[made.own])
        made.tokens["nowhere"] = add_key(session, every, communities=[])
        made.tokens["nothing"] = add_key(session, [])
        made.tokens["slow"] = add_key(session, [], per_minute=3)
        for scope in KeyScope:
            made.tokens[scope.value] = add_key(session, [scope], communities=[made.own])
        session.commit()
    return made


def _add_results(session: Session) -> None:
    """Store results the way a study leaves them behind."""
    snapshots = session.scalars(select(Snapshot).where(Snapshot.community_id.is_not(None))).all()
    for number, snapshot in enumerate(snapshots):
        run = StudyRun(
            snapshot_digest=snapshot.digest,
            code_version="test",
            plan_digest="0" * 64,
            seed=0,
            result=to_json(make_result(3 + number)),
            created_at=AFTER,
        )
        session.add(run)
        session.flush()
        write_head(session, run, snapshot)


def add_complaint(session: Session, community_id: int, **changes: object) -> int:
    """Take a complaint of a home in, as the company's app does."""
    home = session.scalar(
        select(Household.id)
        .join(Building, Building.id == Household.building_id)
        .where(Building.community_id == community_id)
        .order_by(Household.id)
    )
    intake = Intake(
        community_id=community_id,
        household_id=home,
        name="孙先生",
        contact="13800002222",
        text="门禁坏了",
        channel=Channel.APP,
        received_at=AFTER,
    )
    wanted = replace(intake, **changes)
    return take_in(session, VAULT, None, wanted, now=AFTER).id
