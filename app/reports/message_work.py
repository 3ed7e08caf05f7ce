"""Jobs of the worker: make the preview of a run, and send its messages piece by piece.

A piece lasts less than a minute, so that other work gets its turn. Every step commits on its own;
see `sending` for what a crash leaves behind.
"""

import logging
from time import monotonic

from sqlalchemy.orm import Session

from app.db import write_session
from app.i18n import DEFAULT_LANGUAGE
from app.reports.letter_work import make_building
from app.reports.work import Workshop
from app.staff.models import Role
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.surveys.campaign.contact.queries import count_community
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import find_gate, get_campaign, get_instrument, list_gates
from app.surveys.distribution import queries, runs, sending
from app.surveys.distribution.errors import (
    NotSentError,
    RejectedError,
    SettingsError,
    UnsureError,
)
from app.surveys.distribution.facts import facts_of, minutes_of
from app.surveys.distribution.models import (
    MessageReason,
    MessageRun,
    MessageState,
    RunState,
    SendChannel,
)
from app.surveys.distribution.printed import batches
from app.surveys.distribution.printed.queries import list_batches_of_run, list_files
from app.surveys.distribution.providers import outbox
from app.surveys.distribution.providers.choose import outbox_folder, provider_of, sign_name
from app.surveys.distribution.providers.message import Provider
from app.surveys.distribution.rules import LOUD, is_quiet
from app.surveys.distribution.sending import Outcome, Ready
from app.surveys.distribution.settings import Settings, read_settings
from app.surveys.distribution.wording import Facts
from app.surveys.register.models import Community

log = logging.getLogger("linsheng.messages")

SLICE_SECONDS = 45.0
_EVERYBODY = Scope(staff_id=0, name=SYSTEM_ACTOR, role=Role.HEAD_OFFICE, community_ids=None)


def prepare_run(workshop: Workshop, payload: dict[str, object]) -> None:
    """Make the preview of a run, one community in each transaction.

    Args:
        workshop: What to work with.
        payload: ``run_id``.
    """
    run_id = int(str(payload["run_id"]))
    with Session(workshop.engine) as session:
        run = queries.find_run(session, run_id)
        if run is None or run.state is not RunState.PREPARING:
            return
        done = queries.prepared_communities(session, run_id)
        wanted = [
            row.community_id
            for row in list_gates(session, run.campaign_id, _EVERYBODY)
            if row.community_id not in done and run.community_id in {None, row.community_id}
        ]
    for community_id in wanted:
        with write_session(workshop.engine) as session:
            run = queries.lock_run(session, run_id)
            if run.state is not RunState.PREPARING:
                return
            gate = find_gate(session, run.campaign_id, community_id)
            if gate is not None:
                campaign = get_campaign(session, run.campaign_id)
                runs.prepare_community(
                    session, workshop.vault, run, campaign, gate, now=workshop.clock()
                )
    with write_session(workshop.engine) as session:
        runs.end_preview(session, session.get_one(MessageRun, run_id))


def send_slice(workshop: Workshop, payload: dict[str, object]) -> None:
    """Send a piece of an approved run; a piece that was done before is not done again.

    Args:
        workshop: What to work with.
        payload: ``run_id`` and ``number``.
    """
    now = workshop.clock()
    settings = read_settings(workshop.config.instance)
    with write_session(workshop.engine) as session:
        run = sending.begin_slice(
            session, int(str(payload["run_id"])), int(str(payload["number"])), now=now
        )
        if run is None:
            return
        run_id, channel = run.id, run.channel
        if channel is not SendChannel.LETTER:
            sending.recover(session, run, is_repeatable=settings.is_outbox(channel), now=now)
    if channel is SendChannel.LETTER:
        is_done = _print_slice(workshop, run_id)
    else:
        is_done = _Sender(workshop, run_id, channel, settings).work()
    with write_session(workshop.engine) as session:
        run = session.get_one(MessageRun, run_id)
        if sending.end_slice(session, run, is_done=is_done, now=workshop.clock()):
            runs.order_slice(session, run, now=workshop.clock())


def message_round(workshop: Workshop) -> None:
    """Order what is due, and clear the outbox of what is old; every worker does so each minute."""
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        runs.order_due_runs(session, now=now)
    try:
        days = read_settings(workshop.config.instance).outbox_days
    except SettingsError as error:
        log.warning("distribution.toml: %s", error)
        return
    outbox.drop_old(outbox_folder(workshop.config), days=days, now=now)


class _Sender:
    """Sends messages over one channel until they are done, the time is up or nothing may go out."""

    def __init__(
        self, workshop: Workshop, run_id: int, channel: SendChannel, settings: Settings
    ) -> None:
        self._workshop, self._run_id, self._channel = workshop, run_id, channel
        self._settings = settings
        self._provider: Provider = provider_of(channel, settings, workshop.config)
        self._sign = sign_name(settings, workshop.config)
        self._facts: dict[int, Facts] = {}

    def work(self) -> bool:
        """Send batch by batch; say whether nothing is left."""
        end = monotonic() + SLICE_SECONDS
        while monotonic() < end:
            if self._channel in LOUD and is_quiet(self._workshop.clock()):
                return False
            found = self._claim()
            if found is None:
                return True
            ready, is_wanted = found
            if not is_wanted:
                return False
            if ready and not self._send(ready):
                return False
        return False

    def _claim(self) -> tuple[list[Ready], bool] | None:
        """Return messages that may leave now and whether the run goes on; None at its end."""
        workshop = self._workshop
        with write_session(workshop.engine) as session:
            run = queries.lock_run(session, self._run_id)
            if run.state is not RunState.SENDING:
                return [], False
            messages = queries.list_planned(session, run.id, sending.BATCH)
            if not messages:
                return None
            campaign = get_campaign(session, run.campaign_id)
            ready = sending.claim(
                session, workshop.vault, run, campaign, messages, now=workshop.clock()
            )
            for one in ready:
                self._learn(session, campaign, one.community_id)
            session.expunge(run)
            self._run = run
            return ready, True

    def _send(self, ready: list[Ready]) -> bool:
        """Send claimed messages and settle them; say whether the provider works."""
        outcomes: list[Outcome] = []
        problem = ""
        for home in ready:
            if problem:
                planned = MessageState.PLANNED
                outcomes.append(Outcome(home.message_id, planned, was_tried=False))
                continue
            outcome, problem = self._send_one(home)
            outcomes.append(outcome)
        now = self._workshop.clock()
        with write_session(self._workshop.engine) as session:
            run = session.get_one(MessageRun, self._run_id)
            sending.settle(session, run, ready, outcomes, now=now)
            if problem:
                sending.pause(session, run, problem=problem, now=now)
        return not problem

    def _send_one(self, home: Ready) -> tuple[Outcome, str]:
        message = sending.compose(
            self._run,
            home,
            self._facts[home.community_id],
            self._workshop.vault,
            public_url=self._workshop.config.public_url,
            sign=self._sign,
            language=DEFAULT_LANGUAGE,
        )
        try:
            receipt = self._provider.send(message, attempt=home.attempt, now=self._workshop.clock())
        except RejectedError as error:
            reason = MessageReason.REJECTED
            return Outcome(home.message_id, MessageState.FAILED, reason, error.code), ""
        except UnsureError as error:
            reason = MessageReason.UNSURE
            return Outcome(home.message_id, MessageState.FAILED, reason, error.code), ""
        except NotSentError as error:
            log.warning("run %s: not sent, %s", self._run_id, error.code)
            if home.attempt < sending.MOST_ATTEMPTS:
                return Outcome(home.message_id, MessageState.PLANNED), error.code
            reason = MessageReason.UNREACHABLE
            failed = Outcome(home.message_id, MessageState.FAILED, reason, error.code)
            return failed, error.code
        return Outcome(home.message_id, MessageState.SENT, None, receipt), ""

    def _learn(self, session: Session, campaign: Campaign, community_id: int) -> None:
        if community_id in self._facts:
            return
        gate = find_gate(session, campaign.id, community_id)
        if gate is None:
            raise LookupError(community_id)
        instrument = get_instrument(session, campaign.instrument_digest)
        self._facts[community_id] = facts_of(
            campaign,
            session.get_one(Community, community_id),
            minutes=minutes_of(instrument, gate),
            count=count_community(session, campaign.id, community_id).count,
            config=self._workshop.config,
            settings=self._settings,
            language=DEFAULT_LANGUAGE,
        )


def _print_slice(workshop: Workshop, run_id: int) -> bool:
    """Print the letters of a run building by building; say whether nothing is left."""
    end = monotonic() + SLICE_SECONDS
    while monotonic() < end:
        with Session(workshop.engine) as session:
            place = queries.next_open_building(session, run_id)
        if place is None:
            _end_batches(workshop, run_id)
            return True
        if not _print_building(workshop, run_id, *place):
            return False
    return False


def _print_building(workshop: Workshop, run_id: int, community_id: int, building: str) -> bool:
    """Claim, print and settle one building; say whether the run goes on."""
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        run = queries.lock_run(session, run_id)
        if run.state is not RunState.SENDING:
            return False
        messages = queries.list_open_of_building(session, run_id, community_id, building)
        campaign = get_campaign(session, run.campaign_id)
        ready = sending.claim(session, workshop.vault, run, campaign, messages, now=now)
        batch_id = batches.batch_for_run(
            session,
            campaign_id=run.campaign_id,
            community_id=community_id,
            run_id=run_id,
            kind=run.kind,
            language=DEFAULT_LANGUAGE,
            staff_id=run.approved_by or run.made_by,
            now=now,
        ).id
        made = {file.building for file in list_files(session, [batch_id])}
    # A building whose file is there was printed by a worker that died before it could say so.
    if building not in made:
        make_building(workshop, batch_id, building, [home.member_id for home in ready])
    with write_session(workshop.engine) as session:
        run = session.get_one(MessageRun, run_id)
        outcomes = [
            Outcome(home.message_id, MessageState.SENT, None, f"batch {batch_id}") for home in ready
        ]
        sending.settle(session, run, ready, outcomes, now=workshop.clock())
    return True


def _end_batches(workshop: Workshop, run_id: int) -> None:
    with write_session(workshop.engine) as session:
        for batch, _community in list_batches_of_run(session, run_id):
            batch.buildings = len(list_files(session, [batch.id]))
            batches.end_batch(session, batch, now=workshop.clock())
