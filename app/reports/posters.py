"""Sheets for the board: the public answers of a community, and what came of the former ones.

A sheet holds what fits and says how many more stand behind the code; it names nobody.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.db import write_session
from app.followup.problems.bulletins import queries, services
from app.followup.problems.bulletins.queries import AnsweredProblem
from app.followup.problems.rules import progress_by, told
from app.followup.published.content import BulletinContent, BulletinLine, read_bulletin
from app.followup.published.models import AnswerProgress, PosterKind, ProgressKind
from app.followup.published.queries import find_bulletin, list_progress_of
from app.i18n import DEFAULT_LANGUAGE
from app.reports.letters import qr_svg
from app.reports.paper import in_language, print_pdf
from app.reports.queries import find_latest_result
from app.reports.work import Workshop
from app.staff.models import Role
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import get_campaign, get_instrument
from app.surveys.register.models import Community
from app.surveys.response.queries import count_returns

# Millimetres of an A4 sheet: what is left beside head and foot; of an entry its edges, its title,
# a line of text; the change of a score; and the line that says how many more there are.
_ROOM, _FIGURES = 176.0, 28.0
_EDGES, _TITLE, _LINE, _CHANGE, _MORE = 6.4, 8.9, 7.34, 11.0, 10.0
_SIGNS_A_LINE = 28.0
_SIGNS_A_TITLE = 26.8  # of both at size 1
# Of the text, the largest first. The smallest is 10.7 point on A4: smaller nobody reads standing.
_SIZES = (1.2, 1.1, 1.0, 0.91, 0.82)

# The program itself looks at released results.
_PROGRAM = Scope(0, SYSTEM_ACTOR, Role.HEAD_OFFICE, None)


One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a sheet.

    Attributes:
        community, office, company, phone: Whose board it is, and whom to call.
        campaign: Name of the campaign.
        printed_on: Day of printing.
        address: The address behind the code.
        number: Name of the sheet.
        is_demo: Everything on it is invented.
    """

    community: str
    office: str
    company: str
    phone: str
    campaign: str
    printed_on: date
    address: str
    number: str
    is_demo: bool


def make_poster(workshop: Workshop, payload: dict[str, object]) -> None:
    """Print a sheet and keep it.

    Args:
        workshop: What to work with.
        payload: ``campaign_id``, ``community_id``, ``kind`` and ``size``.
    """
    campaign_id, community_id = int(str(payload["campaign_id"])), int(str(payload["community_id"]))
    kind, size = PosterKind(str(payload["kind"])), str(payload["size"])
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        address = services.board_code(session, session.get_one(Community, community_id))
    with Session(workshop.engine) as session:
        campaign = get_campaign(session, campaign_id)
        community = session.get_one(Community, community_id)
        sheet = _sheet(workshop, campaign, community, kind, address, now=now)
        content = print_sheet(session, kind, size, sheet, campaign_id, community_id)
    digest = workshop.storage.put(content)
    with write_session(workshop.engine) as session:
        services.keep_poster(
            session,
            digest,
            campaign_id=campaign_id,
            community_id=community_id,
            kind=kind,
            size=size,
            now=now,
        )


def print_sheet(
    session: Session, kind: PosterKind, size: str, sheet: Sheet, campaign_id: int, community_id: int
) -> bytes:
    """Return a sheet as PDF."""
    qr = qr_svg(sheet.address)
    with in_language(DEFAULT_LANGUAGE):
        if kind is PosterKind.BULLETIN:
            kept = find_bulletin(session, campaign_id, community_id)
            content = (
                BulletinContent("", "", "", "", ()) if kept is None else read_bulletin(kept.content)
            )
            told_lines = content.lines
            font, fitting = choose_size(told_lines, _line_height, _ROOM)
            return print_pdf(
                "report/poster_bulletin.html",
                content=content,
                lines=[told_lines[at] for at in fitting],
                more=len(told_lines) - len(fitting),
                font=font,
                signed=_signed,
                day=_day,
                sheet=sheet,
                qr=qr,
                size=size,
            )
        entries = _entries(session, campaign_id, community_id, sheet.printed_on)
        figures = _figures(session, get_campaign(session, campaign_id), community_id)
        room = _ROOM - _FIGURES if figures else _ROOM
        font, fitting = choose_size(entries, _entry_height, room)
        return print_pdf(
            "report/poster_answers.html",
            entries=[entries[at] for at in fitting],
            more=len(entries) - len(fitting),
            figures=figures,
            font=font,
            day=_day,
            sheet=sheet,
            qr=qr,
            size=size,
        )


def _sheet(
    workshop: Workshop,
    campaign: Campaign,
    community: Community,
    kind: PosterKind,
    code: str,
    *,
    now: datetime,
) -> Sheet:
    config = workshop.config
    return Sheet(
        community=community.name,
        office=community.office,
        company=config.company,
        phone=config.phone,
        campaign=campaign.title,
        printed_on=beijing_date(now),
        address=f"{config.public_url}/p/{code}",
        number=f"{campaign.code}-{community.code}-{'GG' if kind is PosterKind.ANSWERS else 'TB'}",
        is_demo=config.demo,
    )


def _day(day: date) -> str:
    """Return a date as a Chinese notice writes it."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class Entry:
    """One problem on the sheet: its title, how many homes raised it, and what is said of it."""

    title: str
    households: int | None
    rows: tuple[tuple[str, str], ...]


def _entries(
    session: Session, campaign_id: int, community_id: int, today: date
) -> tuple[Entry, ...]:
    answers = queries.list_answered(session, campaign_id, community_id)
    said: dict[int, list[AnswerProgress]] = {}
    for word in list_progress_of(session, [one.problem.id for one in answers]):
        said.setdefault(word.problem_id, []).append(word)
    return tuple(
        Entry(
            one.answer.title,
            one.households if told(one.households or 0) else None,
            tuple(_rows(one, said.get(one.problem.id, []), today)),
        )
        for one in answers
    )


def _rows(
    one: AnsweredProblem, said: Sequence[AnswerProgress], today: date
) -> Iterator[tuple[str, str]]:
    """Yield what the sheet says of a problem; one that is closed promises nothing any more."""
    answer, last = one.answer, said[-1] if said else None
    yield "原因", answer.cause
    yield "怎么办", answer.action
    if last is not None and last.kind is ProgressKind.CLOSING:
        yield "谁负责", answer.responsible
        yield "已办结", f"{_day(beijing_date(last.published_at))}：{last.text}"
        return
    if answer.due_on:
        yield "谁、何时", f"{answer.responsible}，{_day(answer.due_on)}前"
    else:
        yield "谁负责", answer.responsible
        yield "暂无日期", answer.why_not or ""
    if last is not None:
        yield "进展", f"{_day(beijing_date(last.published_at))}：{last.text}"
    ahead = [_day(day) for day in progress_by(one.problem.created_at) if day >= today]
    if ahead:
        yield "更新", f"{'和'.join(ahead)}前{'各' if len(ahead) > 1 else ''}说一次进展"


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _lines(*texts: str, signs: float) -> int:
    return sum(
        max(1, math.ceil(len(part) / math.floor(signs)))
        for text in texts
        for part in text.splitlines() or [""]
    )


def choose_size(
    entries: Sequence[One], height: Callable[[One, float], float], room: float
) -> tuple[float, tuple[int, ...]]:
    """Return the size of the text and which entries stand on the sheet, at least one.

    The largest size at which all fit; when none does, the smallest, with every entry that there
    is still room for. The rest stand behind the code.
    """
    for size in _SIZES:
        if sum(height(one, size) for one in entries) <= room:
            return size, tuple(range(len(entries)))
    shown, used = [], _MORE
    for at, one in enumerate(entries):
        tall = height(one, _SIZES[-1])
        if used + tall <= room:
            used += tall
            shown.append(at)
    return _SIZES[-1], tuple(shown) or (0,)


def _height(title: str, texts: Sequence[str], size: float) -> float:
    more = _lines(title, signs=_SIGNS_A_TITLE / size) - 1  # a long title takes another line
    lines = _lines(*texts, signs=_SIGNS_A_LINE / size)
    return _EDGES + size * (_TITLE * (1 + more) + _LINE * lines)


def _entry_height(one: Entry, size: float) -> float:
    note = "（99 户提到）" if one.households else ""
    return _height(one.title + note, [text for _name, text in one.rows], size)


def _line_height(line: BulletinLine, size: float) -> float:
    return _CHANGE + _height(line.said, [line.did, line.item_zh], size)


def _figures(session: Session, campaign: Campaign, community_id: int) -> list[tuple[str, str, str]]:
    """Return the few figures owners read first; none where the results are only indicative."""
    count = count_returns(session, campaign.id, community_id)
    stored = find_latest_result(session, campaign.id, community_id, _PROGRAM)
    if stored is None or count.base == 0 or stored.result.standing != "full":
        return []
    result, need = stored.result, campaign.required_permille / 10
    rate = f"{count.percent_text()}%"  # rounded down like on every page
    figures = [(rate, "回收率", f"要求 {need:g}%")]
    index = result.index
    if index.value is not None and index.low is not None and index.high is not None:
        error = (index.high - index.low) / 2
        figures.append((f"{index.value:.1f}", "满意度指数", f"百分制，误差 ±{error:.1f}"))
    step = result.trend.steps[-1].index if result.trend and result.trend.steps else None
    if step is not None and step.change.value is not None:
        said = "超出误差" if step.verdict == "real" else "在误差以内"
        figures.append((_signed(step.change.value), "比上次", said))
    first = [one.code for one in result.items if one.rank == 1 and result.order_said]
    if first:
        instrument = get_instrument(session, campaign.instrument_digest)
        name = instrument.area(first[0]).name.plain(DEFAULT_LANGUAGE)
        figures.append((name, "最该先改", "按重要和差距排"))
    return figures
