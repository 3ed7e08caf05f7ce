"""One gate as pages show it: its machine with dates, what was decided, the work after T0."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of, last_day_before
from app.i18n import gettext as _
from app.reports.gate_words import required_words, revision_words
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.gates import queries
from app.surveys.campaign.gates.models import WorkKind
from app.surveys.campaign.gates.rules import Work, WorkState
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.rules import GateState, GateStatus
from app.surveys.integrity.deciding.queries import is_annulled
from app.surveys.response.tracker import TrackerRow
from app.surveys.response.voids.queries import count_voids
from app.surveys.snapshot.queries import list_revisions
from app.vault import Vault
from app.web.hq.gate_history import Said, said_extensions, said_hold, said_waiver, work_name
from app.web.progress import Step, state_name
from app.web.words import beijing_day, percent_of, short_date


@dataclass(frozen=True, slots=True)
class WorkView:
    """One piece of the work after T0 with its dates; `act` is start, done or empty."""

    kind: WorkKind
    name: str
    started: str
    done: str
    state: str
    is_late: bool
    act: str


@dataclass(frozen=True, slots=True)
class Action:
    """A page on which something is decided; `style` is the look of its button."""

    label: str
    href: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class GatePanel:
    """The panel of one gate.

    Attributes:
        href: Its own page, with all decisions.
        state: Where the gate stands, in a word; `kind` the look of its chip.
        sentence: What that means and what happens next.
        steps: The machine: what was, where we are, what comes, each with its date.
        now_true: The decisions in force: a hold, a waiver, longer collecting.
        work: Statistics, analysis, follow-up; empty before the clocks run.
        required: The rate asked for and its changes.
        revision: Since when a corrected result stands and why; empty for the first.
        actions: What this person may decide here.
        may_decide: He may decide at all.
    """

    href: str
    state: str
    kind: str
    sentence: str
    steps: tuple[Step, ...]
    now_true: tuple[Said, ...]
    work: tuple[WorkView, ...]
    required: str
    revision: str
    actions: tuple[Action, ...]
    may_decide: bool


def gate_panel(
    session: Session,
    vault: Vault,
    row: TrackerRow,
    campaign: Campaign,
    *,
    scope: Scope,
) -> GatePanel:
    """Return the panel of one community's gate for somebody of head office or a leader."""
    gate, status = row.gate, row.status
    may_decide = scope.role is Role.HEAD_OFFICE
    work = row.work
    can_work = may_decide and gate.frozen_at is not None and gate.held_at is None
    return GatePanel(
        href=url_for("hq_gates.show", code=campaign.code, community_id=row.community_id),
        state=state_name(status.state),
        kind="late" if status.state is GateState.HELD else status.state.value,
        sentence=_("All the work after the release is finished.")
        if row.is_finished and status.is_released
        else _said(session, gate, status),
        steps=machine(row, campaign, work),
        now_true=_in_force(session, vault, gate),
        work=tuple(_work_view(one, can_work=can_work) for one in work),
        required=required_words(
            campaign.required_permille, queries.list_required_changes(session, campaign.id)
        ),
        revision=revision_of(session, gate),
        actions=_actions(session, row, campaign) if may_decide else (),
        may_decide=may_decide,
    )


def machine(row: TrackerRow, campaign: Campaign, work: Iterable[Work]) -> tuple[Step, ...]:
    """Return the states of one gate in their order; the side ways show only where they are gone."""
    status, deadline = row.status, end_of(campaign.closes_on)
    state = status.state
    is_late = any(one.is_late for one in work)
    is_over = status.t0 is not None or state is GateState.EXTENDED
    went_late = status.t0 is not None and status.t0 > deadline
    rate = _("{returned} of {base}").format(returned=f"{row.returned:,}", base=f"{row.base:,}")
    steps = [
        Step(
            _("Not open yet"),
            _("opens on {date}", date=short_date(campaign.opens_on)),
            "now" if state is GateState.NOT_OPEN else "done",
        ),
        Step(
            _("Collecting"),
            _("until {date}").format(date=short_date(campaign.closes_on)),
            "done" if is_over else "now" if state is GateState.COLLECTING else "",
        ),
    ]
    if state is GateState.EXTENDED or went_late:
        steps.append(
            Step(
                _("Extended collection"),
                _("{rate}, required {required}%").format(
                    rate=rate, required=percent_of(campaign.required_permille)
                ),
                "stop" if state is GateState.EXTENDED else "done",
            )
        )
    steps.append(
        Step(
            _("Released below the gate")
            if status.is_indicative
            else _("Rate reached and deadline passed"),
            beijing_day(status.t0) if status.t0 else rate,
            "done" if status.t0 else "",
        )
    )
    if row.gate.held_at is not None:
        since = _("since {date}").format(date=beijing_day(row.gate.held_at))
        steps.append(Step(_("Held"), since, "stop" if state is GateState.HELD else ""))
    here = "stop" if is_late else "now"
    is_working = status.is_released
    steps.append(
        Step(
            _("Statistics, analysis, follow-up"),
            _last_or(status.due_at, _("begun within 7 days")),
            here if is_working and not _are_begun(work) else "done" if _are_begun(work) else "",
        )
    )
    steps.append(
        Step(
            _("All finished"),
            _last_or(status.follow_up_due_at, _("within 14 days")),
            "done" if _are_done(work) else here if is_working and _are_begun(work) else "",
        )
    )
    return tuple(steps)


def _said(session: Session, gate: Gate, status: GateStatus) -> str:
    if gate.held_at is not None and is_annulled(session, gate.campaign_id, gate.community_id):
        return _("Annulled: this result is never shown, and the community is asked again.")
    return sentence_of(status)


def sentence_of(status: GateStatus) -> str:
    """Say in one or two sentences what the state of a gate means."""
    if status.state is GateState.COLLECTING and not status.still_needed:
        return _(
            "The rate is reached. Results stay locked until the last day is over: early success "
            "starts no clock."
        )
    return {
        GateState.NOT_OPEN: _("Nobody can answer yet."),
        GateState.COLLECTING: _(
            "Results stay locked until the last day is over and the rate is reached; {count} homes "
            "are missing."
        ),
        GateState.EXTENDED: _(
            "The last day is over and {count} homes are missing. Answers still count; the clocks "
            "do not run. Leaders see this."
        ),
        GateState.HELD: _(
            "An integrity hold keeps the results shut for everybody. The clocks go on; finish the "
            "check and lift the hold."
        ),
        GateState.RELEASED: _(
            "Results are open. Statistics, analysis and follow-up have their dates."
        ),
        GateState.WAIVED: _(
            "Released below the required rate: results are indicative and not ranked."
        ),
    }[status.state].format(count=status.still_needed)


def revision_of(session: Session, gate: Gate) -> str:
    """Say since when a corrected result stands and why; empty without a correction."""
    revisions = list_revisions(session, gate.campaign_id, gate.community_id)
    if len(revisions) < 2:
        return ""
    last = revisions[-1]
    return revision_words(
        last.revision,
        since=beijing_date(last.created_at),
        voids=count_voids(session, gate).get(last.revision, {}),
    )


def _are_begun(work: Iterable[Work]) -> bool:
    known = list(work)
    return bool(known) and all(one.started_at is not None for one in known)


def _are_done(work: Iterable[Work]) -> bool:
    known = list(work)
    return bool(known) and all(one.done_at is not None for one in known)


def _last_or(end: datetime | None, otherwise: str) -> str:
    return (
        otherwise
        if end is None
        else _("until {date}").format(date=short_date(last_day_before(end)))
    )


def _in_force(session: Session, vault: Vault, gate: Gate) -> tuple[Said, ...]:
    found = []
    hold = queries.find_open_hold(session, gate.id)
    if hold is not None:
        found.append(said_hold(session, vault, hold))
    found += [said for _at, said in said_waiver(session, vault, gate)]
    extensions = said_extensions(session, vault, gate)
    if extensions and gate.frozen_at is None and gate.waived_at is None:
        found.append(extensions[-1][1])
    return tuple(found)


def _work_view(work: Work, *, can_work: bool) -> WorkView:
    states = {
        WorkState.WAITING: _("waiting"),
        WorkState.DUE: _("to begin until {date}"),
        WorkState.START_LATE: _("should have begun by {date}"),
        WorkState.RUNNING: _("to finish until {date}"),
        WorkState.END_LATE: _("should have been finished by {date}"),
        WorkState.DONE: _("finished"),
    }
    starting = work.state in {WorkState.DUE, WorkState.START_LATE}
    due = work.start_due_at if starting else work.end_due_at
    act = ""
    if can_work and work.done_at is None and work.kind is not WorkKind.STATISTICS:
        act = "start" if work.started_at is None else "done"
    return WorkView(
        kind=work.kind,
        name=work_name(work.kind),
        started=beijing_day(work.started_at) if work.started_at else "—",
        done=beijing_day(work.done_at) if work.done_at else "—",
        state=states[work.state].format(date=short_date(last_day_before(due)) if due else ""),
        is_late=work.is_late,
        act=act,
    )


def _actions(session: Session, row: TrackerRow, campaign: Campaign) -> tuple[Action, ...]:
    code, community_id = campaign.code, row.community_id
    gate, state = row.gate, row.status.state

    def page(act: str) -> str:
        return url_for("hq_gates.decide", code=code, community_id=community_id, act=act)

    found = []
    if state is GateState.EXTENDED and gate.frozen_at is None and gate.held_at is None:
        found.append(Action(_("Go on collecting"), page("extend"), "go"))
        found.append(Action(_("Release below the gate"), page("waive"), "stop"))
    if gate.held_at is None:
        found.append(Action(_("Hold the results"), page("hold")))
    else:
        hold = queries.find_open_hold(session, gate.id)
        if hold is not None and hold.is_of_check:
            checks = url_for("hq_integrity.show", code=code, community_id=community_id)
            found.append(Action(_("Decide about the answers"), f"{checks}#decisions", "go"))
        else:
            found.append(Action(_("Lift the hold"), page("lift"), "go"))
    if state is not GateState.NOT_OPEN:
        found.append(
            Action(
                _("Void an answer"),
                url_for("hq_voids.search", code=code, community_id=community_id),
            )
        )
    return tuple(found)
