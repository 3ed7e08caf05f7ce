"""Everything printed around one community's result, read from the registers on the day of printing.

Whoever holds the report may be a steward of the community: what is read here is read as a leader
reads it, so that small counts stay untold and nothing comes from a single home.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.analysis.results.comparison import Contrast
from app.analysis.results.study import StudyResult
from app.clock import beijing_date
from app.followup.coverage.queries import list_coverage
from app.followup.problems.promises.queries import ActionRow, list_actions
from app.followup.problems.queries import list_quotes, list_themes
from app.followup.problems.wording import count_words, gap_words, remedy_words, state_words
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.company.queries import StoredCompany
from app.reports.context import ReportContext, date_text, make_context, questions_of
from app.reports.exhibits.codes import code_names
from app.reports.exhibits.verdicts import noticed_words
from app.reports.extras import Action, Extras, Line, Promise, Quote, Theme
from app.reports.gate_words import (
    LEAST_NAMED,
    change_words,
    exclusion_words,
    revision_words,
)
from app.reports.glyphs import printable
from app.reports.integrity_lines import integrity_lines
from app.reports.models import StudyRun
from app.reports.paper import in_language
from app.reports.queries import Surroundings, get_run, get_surroundings
from app.reports.standards.loss_lists import loss_lines
from app.reports.wording import Names, names_of
from app.staff.models import Role
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.surveys.campaign.contact.queries import count_community
from app.surveys.campaign.gates.queries import list_required_changes
from app.surveys.campaign.gates.services import open_reason
from app.surveys.campaign.queries import count_exclusions, get_campaign, get_instrument
from app.surveys.campaign.services import open_waiver_reason
from app.surveys.integrity.queries import find_summary
from app.surveys.response.voids.queries import count_voids
from app.surveys.snapshot.manifest import from_json as read_manifest
from app.surveys.snapshot.queries import list_earlier
from app.vault import Vault

_QUOTES = 4


@dataclass(frozen=True, slots=True)
class Printer:
    """Who prints, and when.

    Attributes:
        company: Name of the company.
        is_demo: All data is invented, and every page says so.
        now: The present instant.
    """

    company: str
    is_demo: bool
    now: datetime


def gather(
    session: Session,
    vault: Vault,
    run: StudyRun,
    result: StudyResult,
    *,
    printer: Printer,
    language: str,
) -> ReportContext:
    """Return what is printed around a community's result.

    Args:
        session: Open session; only read.
        vault: Opens reasons and released quotes.
        run: The stored result.
        result: The same, read.
        printer: Who prints, and when.
        language: Language of every word.
    """
    about = get_surroundings(session, run)
    instrument = get_instrument(session, about.campaign.instrument_digest)
    snapshot = about.snapshot
    with in_language(language):
        return make_context(
            campaign=about.campaign,
            community=about.community,
            instrument=instrument,
            manifest=read_manifest(snapshot.manifest),
            run=run,
            company=printer.company,
            language=language,
            is_demo=printer.is_demo,
            waiver_reason=open_waiver_reason(vault, about.gate),
            rate_changes=tuple(
                change_words(one, open_reason(vault, one))
                for one in list_required_changes(session, about.campaign.id)
            ),
            correction=revision_words(
                snapshot.revision,
                since=beijing_date(snapshot.created_at),
                voids=count_voids(session, about.gate).get(snapshot.revision, {}),
                least=LEAST_NAMED,
            ),
            exclusions=exclusion_words(
                count_exclusions(session, about.campaign.id, about.community.id)
            ),
            extras=_extras(
                session,
                vault,
                about,
                result,
                names=names_of(instrument, language),
                now=printer.now,
            ),
        )


def _extras(
    session: Session,
    vault: Vault,
    about: Surroundings,
    result: StudyResult,
    *,
    names: Names,
    now: datetime,
) -> Extras:
    campaign_id, community_id = about.campaign.id, about.community.id
    scope = Scope(
        staff_id=0,
        name=SYSTEM_ACTOR,
        role=Role.LEADER,
        community_ids=frozenset({community_id}),
    )
    counts = count_community(session, campaign_id, community_id)
    integrity = find_summary(session, campaign_id, community_id)
    today = beijing_date(now)
    return Extras(
        as_of=today,
        delivered=counts.delivered or None,
        themes=_themes(session, scope, campaign_id, community_id, names),
        quotes=_quotes(session, vault, scope, campaign_id, community_id),
        promises=_promises(session, scope, about, result, names=names),
        actions=tuple(
            _action(row, names) for row in list_actions(session, scope, campaign_id, community_id)
        ),
        follow_up=_follow_up(session, scope, campaign_id, now=now),
        integrity=integrity_lines(integrity),
        facts=loss_lines(session, scope, today=today),
    )


def _themes(
    session: Session, scope: Scope, campaign_id: int, community_id: int, names: Names
) -> tuple[Theme, ...]:
    is_english = current_language() == "en"
    return tuple(
        Theme(
            name=one.name_en if is_english else one.name_zh,
            area=names.short(one.item.partition(".")[0]) if one.item else "",
            households=count_words(one.households),
            is_concentrated=one.is_concentrated,
            answer=state_words(one.public_answer_state) if one.public_answer_state else "",
        )
        for one in list_themes(session, scope, campaign_id, community_id)
    )


def _quotes(
    session: Session, vault: Vault, scope: Scope, campaign_id: int, community_id: int
) -> tuple[Quote, ...]:
    is_english = current_language() == "en"
    called = {
        one.code: one.name_en if is_english else one.name_zh
        for one in list_themes(session, scope, campaign_id, community_id)
    }
    found = list_quotes(session, vault, scope, campaign_id, community_id, limit=_QUOTES)
    return tuple(Quote(called.get(one.code, ""), printable(one.text)) for one in found)


def _promises(
    session: Session, scope: Scope, about: Surroundings, result: StudyResult, *, names: Names
) -> tuple[Promise, ...]:
    """Return what was decided after the survey before, and what became of it."""
    earlier = list_earlier(session, about.snapshot, most=1)
    if not earlier:
        return ()
    rows = list_actions(session, scope, earlier[0].campaign_id, about.community.id)
    moved = _moved(result)
    return tuple(_promise(row, moved.get(_item(row, moved)), names) for row in rows)


def _moved(result: StudyResult) -> dict[str, Contrast]:
    """Return the change of every area and attribute since the survey before."""
    if result.trend is None or not result.trend.steps:
        return {}
    step = result.trend.steps[-1]
    return {one.code: one for one in (*step.performance, *step.attributes)}


def _item(row: ActionRow, moved: dict[str, Contrast]) -> str:
    area, _dot, attribute = row.action.item.partition(".")
    return next((one for one in (row.action.item, attribute, area) if one in moved), area)


def _promise(row: ActionRow, moved: Contrast | None, names: Names) -> Promise:
    action = row.action
    if action.done_on is None:
        state, judgement = _("not done yet"), _("carry it out, or say why not")
    else:
        state = _("done on {date}", date=date_text(action.done_on))
        judgement = noticed_words(moved)
    noticed = ""
    if moved is not None and moved.change.value is not None:
        noticed = _(
            "{change} ({ends})",
            change=words.signed(moved.change.value),
            ends=words.interval(moved.change.low, moved.change.high),
        )
    return Promise(
        text=row.promise or action.title,
        state=state,
        area=names.short(action.item.partition(".")[0]),
        noticed=noticed,
        judgement=judgement,
    )


def _action(row: ActionRow, names: Names) -> Action:
    action = row.action
    area, _dot, attribute = action.item.partition(".")
    proof = names.attribute(attribute) if attribute else names.short(area)
    return Action(
        problem=names.short(area),
        gap=gap_words(action.gap),
        measure=_("{title} ({kind})", title=action.title, kind=remedy_words(action.remedy)),
        title=action.title,
        responsible=action.responsible,
        due=_due(action.due_on, action.done_on),
        proof=_("next survey: {item}", item=proof),
    )


def _due(due_on: date, done_on: date | None) -> str:
    if done_on:
        return _("done on {date}", date=date_text(done_on))
    return _("by {date}", date=date_text(due_on))


def _follow_up(
    session: Session, scope: Scope, campaign_id: int, *, now: datetime
) -> tuple[Line, ...]:
    found = list_coverage(session, scope, campaign_id, now=now)
    if not found or found[0].is_quiet:
        return ()
    one = found[0]
    lines = [
        Line(
            _("Homes that left a comment"),
            str(one.cases),
            _("{count} of them wish no reply", count=one.declined),
        ),
        Line(_("Cases begun"), str(one.begun), _by(one.start_by)),
        Line(_("Cases closed"), str(one.closed), _by(one.close_by)),
        Line(_("Cases overdue"), str(one.overdue)),
    ]
    if one.visits:
        late = _("{count} visits overdue", count=one.visits_overdue)
        lines.append(Line(_("Important customers visited"), f"{one.visited}/{one.visits}", late))
    answers = one.answers_due + one.answers_published
    if answers:
        lines.append(Line(_("Public answers published"), f"{one.answers_published}/{answers}"))
    if one.replies_rated:
        rated = f"{one.replies_satisfied}/{one.replies_rated}"
        lines.append(Line(_("Replies owners are satisfied with"), rated))
    return tuple(lines)


def _by(day: date | None) -> str:
    return "" if day is None else _("due by {date}", date=date_text(day))


def gather_company(
    session: Session, stored: StoredCompany, *, printer: Printer, language: str
) -> ReportContext:
    """Return what is printed around the result of the whole company.

    Args:
        session: Open session; only read.
        stored: The company's result.
        printer: Who prints, and when.
        language: Language of every word.
    """
    campaign = get_campaign(session, stored.snapshot.campaign_id)
    instrument = get_instrument(session, campaign.instrument_digest)
    run, manifest = get_run(session, stored.run_id), stored.manifest
    with in_language(language):
        return ReportContext(
            language=language,
            company=printer.company,
            community=_("All communities"),
            office="",
            city="",
            campaign=campaign.title if language.startswith("zh") else campaign.title_en,
            campaign_code=campaign.code,
            community_code="",
            instrument=instrument.title.plain(language),
            names=names_of(instrument, language),
            base=manifest.base,
            returned=manifest.returned,
            excluded=0,
            required_permille=manifest.required_permille,
            waived=False,
            opens_on=campaign.opens_on,
            closes_on=campaign.closes_on,
            clock_started_on=beijing_date(manifest.t0),
            revision=manifest.revision,
            snapshot_digest=run.snapshot_digest,
            code_version=run.code_version,
            plan_digest=run.plan_digest,
            seed=run.seed,
            computed_on=beijing_date(run.created_at),
            is_demo=printer.is_demo,
            codes=code_names(instrument, language),
            questions=questions_of(instrument, language),
        )
