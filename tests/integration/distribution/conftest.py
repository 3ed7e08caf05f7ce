"""A campaign with homes that can be reached, and the worker's functions on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.config import Config
from app.reports.message_work import prepare_run, send_slice
from app.reports.work import Workshop
from app.staff.models import Role
from app.storage import Storage
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.distribution import runs
from app.surveys.distribution.models import (
    Message,
    MessageRun,
    MessageState,
    RunKind,
    RunState,
    SendChannel,
)
from app.surveys.distribution.queries import sum_runs
from app.surveys.register.models import Community, Person
from app.vault import Vault
from tests.factories import NOW, make_campaign, make_community, make_staff, members_of

MORNING = datetime(2026, 11, 8, 2, tzinfo=UTC)  # 8 November 2026, 10:00 in Beijing


def add_phone(session: Session, vault: Vault, household_id: int, phone: str) -> None:
    """Give a home a person with a phone."""
    session.add(
        Person(
            household_id=household_id,
            name_sealed=vault.seal("王", "name"),
            phone_sealed=vault.seal(phone, "phone"),
            name_hash=bytes(32),
            phone_hash=bytes(32),
            added_at=NOW,
        )
    )


@dataclass
class World:
    """Eight homes in two buildings, each with a mobile number; head office; a clock to set."""

    session: Session
    vault: Vault
    workshop: Workshop
    clock: list[datetime]
    campaign: Campaign
    community: Community
    staff_id: int
    homes: list[FrameMember] = field(default_factory=list)

    def run(
        self,
        kind: RunKind = RunKind.REMINDER_1,
        channel: SendChannel = SendChannel.SMS,
        **given: object,
    ) -> int:
        """Order a run and let the worker make its preview."""
        run = runs.create_run(
            self.session,
            self.campaign,
            kind=kind,
            channel=channel,
            staff_id=self.staff_id,
            now=self.clock[0],
            **given,
        )
        run_id = run.id
        self.session.commit()
        prepare_run(self.workshop, {"run_id": run_id})
        self.session.rollback()
        return run_id

    def approve(self, run_id: int, at: datetime | None = None) -> None:
        """Approve a run for now, or for an instant."""
        runs.approve_run(
            self.session,
            self.session.get_one(MessageRun, run_id),
            planned_at=at or self.clock[0],
            staff_id=self.staff_id,
            now=self.clock[0],
        )
        self.session.commit()

    def stop(self, run_id: int) -> None:
        """Stop a run."""
        run = self.session.get_one(MessageRun, run_id)
        runs.stop_run(self.session, run, staff_id=self.staff_id, now=self.clock[0])
        self.session.commit()

    def send(self, run_id: int) -> None:
        """Let the worker do the next piece of a run."""
        number = self.session.get_one(MessageRun, run_id).slices
        self.session.commit()
        send_slice(self.workshop, {"run_id": run_id, "number": number})
        self.session.rollback()

    def counts(self, run_id: int) -> dict[str, int]:
        """Return what a run counts, zeros left out."""
        self.session.rollback()
        return {k: v for k, v in sum_runs(self.session, [run_id])[run_id].items() if v}

    def state(self, run_id: int) -> RunState:
        """Return where a run stands."""
        self.session.rollback()
        return self.session.get_one(MessageRun, run_id).state

    def messages(self, run_id: int) -> dict[int, MessageState]:
        """Return the state of each message by home."""
        self.session.rollback()
        rows = self.session.scalars(select(Message).where(Message.run_id == run_id))
        return {row.frame_member_id: row.state for row in rows}

    def outbox(self) -> list[str]:
        """Return the names of the files in the outbox."""
        folder = self.workshop.config.instance / "outbox"
        return sorted(path.name for path in folder.glob("*/*/*"))


@pytest.fixture
def world(
    session: Session, engine: Engine, vault: Vault, storage: Storage, config: Config
) -> World:
    """The world of these tests."""
    clock = [MORNING]
    community = make_community(session, households=8, buildings=2)
    campaign = make_campaign(session, vault)
    staff = make_staff(session, Role.HEAD_OFFICE)
    homes = members_of(session, campaign, community)
    for number, home in enumerate(homes):
        add_phone(session, vault, home.household_id, f"1380000{number:04}")
    session.commit()
    now: Callable[[], datetime] = lambda: clock[0]  # noqa: E731
    workshop = Workshop(engine, vault, storage, config, now)
    return World(session, vault, workshop, clock, campaign, community, staff.id, homes)
