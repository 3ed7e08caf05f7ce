"""What must hold after the simulated month, counted again by plain SQL written for this alone."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of, start_of
from app.service.callbacks import calling
from app.service.callbacks.drawing import check_draw
from app.service.callbacks.models import CallBackDraw, CallKind
from app.service.callbacks.results.services import month_result
from app.service.complaints import queries as complaints
from app.service.complaints.counting import queries as counting
from app.service.complaints.papers.months import last_day
from app.service.complaints.rows import Filters
from app.service.repairs import queries as repairs
from app.service.repairs.months.queries import sum_communities
from app.service.repairs.rules import FLAG_DAYS, Counts
from benchmarks.service_month_calls import bounds_of, monday_of
from benchmarks.service_month_data import MONTH, Company, ask

Check = Callable[[Company, Session], Iterator[str]]
_BEGIN, _END = start_of(MONTH), end_of(last_day(MONTH))
_CLOSED = "('done', 'called_back', 'failed')"


def run_checks(company: Company) -> dict[str, list[str]]:
    """Return what is wrong, by what was checked; all lists are empty when all holds."""
    checks: dict[str, Check] = {
        "every order of the files is in the table, the tray or the report": _nothing_lost,
        "every file says what became of each line": _lines_add_up,
        "each community and week is drawn once, exactly a fifth rounded up": _a_fifth,
        "told draws are what was committed to": _told_draws,
        "every failed order has rework, special visit and case": _rework,
        "no complaint closed without answer, call-back, cause, prevention": _closed_whole,
        "every call-back was made by another unit": _other_unit,
        "a major one is closed with plan and verified report only": _majors,
        "no office finds a complaint against its director": _directors,
        "numbers of an office have no gap": _numbers,
        "figures of complaints are those of plain SQL": _complaint_figures,
        "issued reports hold the figures of plain SQL": _reports,
        "figures of repairs are those of plain SQL": _repair_figures,
        "figures of call-backs are those of plain SQL": _call_figures,
        "what is due is what plain SQL finds": _due,
        "every answer has done its effects, none twice": _effects,
    }
    found = {}
    for name, check in checks.items():
        with Session(company.engine) as session:
            found[name] = list(check(company, session))
    return found


def _one(session: Session, query: str, **values: object) -> int:
    return int(ask(session, query, **values)[0][0] or 0)


def _differs(what: str, one: object, other: object) -> Iterator[str]:
    if one != other:
        yield f"{what}: {one}, plain SQL {other}"


def _nothing_lost(company: Company, session: Session) -> Iterator[str]:
    rows = ask(
        session,
        "SELECT c.code, o.number FROM repair_order o JOIN community c ON c.id = o.community_id "
        "WHERE o.origin = 'file' AND o.number LIKE 'PG%'",
    )
    table = {tuple(row) for row in rows}
    good = {k for k, one in company.told.items() if not (one.is_lost or one.is_broken)}
    lost = sum(one.is_lost and not one.is_broken for one in company.told.values())
    yield from _differs("in files, not in the table", sorted(good - table)[:3], [])
    yield from _differs("in the table, in no file", sorted(table - good)[:3], [])
    yield from _differs("tray", lost, _one(session, "SELECT count(*) FROM repair_tray"))
    twice = "SELECT count(*) - count(DISTINCT community_id || '/' || number) FROM repair_order"
    yield from _differs("orders twice", 0, _one(session, twice))


def _lines_add_up(_company: Company, session: Session) -> Iterator[str]:
    for row in ask(
        session,
        "SELECT name, state, lines, added + changed + same + waiting + refused FROM repair_file",
    ):
        if row[1] != "done" or row[2] != row[3]:
            yield str(tuple(row))


def _a_fifth(company: Company, session: Session) -> Iterator[str]:
    for week in range(company.weeks):
        monday, (begin, end) = monday_of(week), bounds_of(week)
        done = dict(
            tuple(row)
            for row in ask(
                session,
                "SELECT community_id, count(*) FROM repair_order WHERE done_at >= :begin "
                f"AND done_at < :end AND state IN {_CLOSED} GROUP BY community_id",
                begin=begin,
                end=end,
            )
        )
        drawn = {
            row[0]: tuple(row[1:])
            for row in ask(
                session,
                "SELECT d.community_id, d.orders, d.drawn, count(c.id), count(DISTINCT c.order_id) "
                "FROM call_back_draw d LEFT JOIN call_back c ON c.draw_id = d.id "
                "WHERE d.monday = :monday GROUP BY d.community_id, d.orders, d.drawn",
                monday=monday,
            )
        }
        for place in sorted(company.offices):
            n = done.get(place, 0)
            fifth = math.ceil(n / 5)
            yield from _differs(f"{monday} {place}", drawn.get(place), (n, fifth, fifth, fifth))
        links = _one(
            session,
            "SELECT count(*) FROM call_back_link l JOIN repair_order o ON o.id = l.order_id "
            "WHERE o.done_at >= :begin AND o.done_at < :end",
            begin=begin,
            end=end,
        )
        yield from _differs(f"{monday} links", links, sum(done.values()))


def _told_draws(_company: Company, session: Session) -> Iterator[str]:
    for draw in session.query(CallBackDraw).filter(CallBackDraw.finished_at.is_not(None)):
        if not check_draw(session, draw).is_good:
            yield f"draw {draw.id}"


def _rework(_company: Company, session: Session) -> Iterator[str]:
    query = (
        "SELECT count(*) FROM repair_order o WHERE o.state = 'failed' AND NOT EXISTS (SELECT 1 "
        "FROM special_visit v JOIN repair_order r ON r.id = v.rework_id AND r.rework_of = o.id "
        "JOIN follow_up f ON f.id = v.follow_up_id WHERE v.order_id = o.id)"
    )
    yield from _differs("failed without rework", 0, _one(session, query))
    twice = (
        "SELECT count(*) FROM special_visit v WHERE v.round > 1 AND NOT EXISTS (SELECT 1 FROM "
        "follow_up f WHERE f.id = v.follow_up_id AND (f.on_list = 'head_office'))"
    )
    yield from _differs("failed twice, not at head office", 0, _one(session, twice))


def _closed_whole(_company: Company, session: Session) -> Iterator[str]:
    query = (
        "SELECT count(*) FROM complaint c JOIN follow_up f ON f.id = c.follow_up_id "
        "WHERE f.state <> 'open' AND (c.answered_at IS NULL OR c.called_back_at IS NULL "
        "OR c.called_back_at < c.answered_at OR c.cause_sealed IS NULL "
        "OR c.prevention_sealed IS NULL OR NOT EXISTS (SELECT 1 FROM complaint_step s "
        "WHERE s.follow_up_id = c.follow_up_id AND s.round = c.round AND s.step = 'call_back'))"
    )
    yield from _differs("closed and not whole", 0, _one(session, query))
    query = (
        "SELECT count(*) FROM complaint c JOIN follow_up f ON f.id = c.follow_up_id "
        "WHERE c.is_open <> (f.state = 'open')"
    )
    yield from _differs("open in one table only", 0, _one(session, query))


def _other_unit(_company: Company, session: Session) -> Iterator[str]:
    query = (
        "SELECT count(*) FROM complaint c JOIN follow_up f ON f.id = c.follow_up_id "
        "JOIN staff s ON s.id = c.called_back_by WHERE s.role IN ('office', 'steward') "
        "OR s.id = f.answered_by OR s.id = f.responsible_id"
    )
    yield from _differs("own call-backs", 0, _one(session, query))


def _majors(_company: Company, session: Session) -> Iterator[str]:
    query = (
        "SELECT count(*) FROM complaint c WHERE c.severity = 'major' AND NOT c.is_open AND ("
        "NOT EXISTS (SELECT 1 FROM correction_plan p WHERE p.follow_up_id = c.follow_up_id) "
        "OR NOT EXISTS (SELECT 1 FROM corrective_report r WHERE r.follow_up_id = c.follow_up_id "
        "AND (SELECT count(*) FROM corrective_signature s WHERE s.report_id = r.id) >= 3))"
    )
    yield from _differs("majors without papers", 0, _one(session, query))


def director_rows(session: Session) -> list[tuple[int, int, str]]:
    """Return key, community and number of the complaints against directors."""
    return [
        (row[0], row[1], row[2])
        for row in ask(
            session,
            "SELECT follow_up_id, community_id, number FROM complaint WHERE against = 'director' "
            "ORDER BY follow_up_id",
        )
    ]


def _directors(company: Company, session: Session) -> Iterator[str]:
    rows = director_rows(session)
    if not rows:
        yield "none was simulated"
    for key, place, number in rows:
        for who in (company.offices[place], company.stewards[place]):
            listed = complaints.list_complaints(session, who, Filters(number=number)).rows
            by_number = complaints.find_by_number(session, who, number)
            if listed or by_number or complaints.find_complaint(session, who, key):
                yield f"{number} for {who.role}"
        if complaints.find_complaint(session, company.head, key) is None:
            yield f"{number} unknown to head office"


def _numbers(_company: Company, session: Session) -> Iterator[str]:
    series: dict[int, list[int]] = {}
    for place, number in ask(
        session,
        "SELECT c.community_id, c.number FROM complaint c JOIN follow_up f "
        "ON f.id = c.follow_up_id WHERE c.against <> 'director' ORDER BY c.number",
    ):
        series.setdefault(place, []).append(int(number.rpartition("-")[2]))
    for place, numbers in series.items():
        ordered = [0, *sorted(numbers)]
        if any(after != before + 1 for before, after in pairwise(ordered)):
            yield f"community {place}: {ordered[:12]}"


def complaint_facts(session: Session, now: datetime) -> list[dict[str, object]]:
    """Return the complaints of the month in their first round, by plain SQL."""
    rows = ask(
        session,
        "SELECT c.community_id, c.channel, c.class, c.kind, c.severity, c.against, c.repeat_of, "
        "c.round, c.is_open, coalesce(r.due_at, c.due_at) AS due, "
        "CASE WHEN r.round IS NULL THEN c.answered_at ELSE r.answered_at END AS answered, "
        "g.state, (SELECT count(*) FROM complaint_extension e "
        "WHERE e.follow_up_id = c.follow_up_id) FROM complaint c "
        "LEFT JOIN complaint_round r ON r.follow_up_id = c.follow_up_id AND r.round = 1 "
        "LEFT JOIN complaint_group g ON g.id = c.group_id "
        "WHERE c.received_at >= :begin AND c.received_at < :end",
        begin=_BEGIN,
        end=_END,
    )
    names = "place channel class kind severity against repeat round open due answered group moved"
    told = now.strftime("%Y-%m-%d %H:%M:%S.%f")
    found = []
    for row in rows:
        one = dict(zip(names.split(), row, strict=True))
        due, at = _text(one["due"]), _text(one["answered"])
        one["kept"] = at is not None and due is not None and at < due
        one["missed"] = (at or told) >= (due or "")
        found.append(one)
    return found


def _text(when: object) -> str | None:
    """Return an instant as comparable text: SQLite gives text, PostgreSQL an aware instant."""
    if isinstance(when, datetime):
        zoned = when.astimezone(_BEGIN.tzinfo) if when.tzinfo else when
        return zoned.strftime("%Y-%m-%d %H:%M:%S.%f")
    return None if when is None else str(when)


def _complaint_figures(company: Company, session: Session) -> Iterator[str]:
    facts, now = complaint_facts(session, company.now), company.now
    for who, place in [(company.head, None), *((o, p) for p, o in sorted(company.offices.items()))]:
        own = [
            one
            for one in facts
            if place is None or (one["place"] == place and one["against"] != "director")
        ]
        said = counting.month_figures(session, who, place, MONTH, now=now)
        again = {
            "received": len(own),
            "valid": sum(one["kind"] == "valid" for one in own),
            "unclassified": sum(one["kind"] is None for one in own),
            "answered": sum(one["answered"] is not None for one in own),
            "in_time": sum(bool(one["kept"]) for one in own),
            "late": sum(bool(one["missed"]) for one in own),
            "major": sum(one["severity"] == "major" for one in own),
            "repeats": sum(one["repeat"] is not None for one in own),
            "reopened": sum(int(str(one["round"])) > 1 for one in own),
            "closed": sum(not one["open"] for one in own),
            "by_channel": dict(Counter(str(one["channel"]) for one in own)),
            "by_class": dict(Counter(str(one["class"]) for one in own if one["class"])),
        }
        for name, value in again.items():
            yield from _differs(f"{place or 'company'} {name}", getattr(said, name), value)


def _reports(company: Company, session: Session) -> Iterator[str]:
    rows = ask(session, "SELECT community_id, figures FROM complaint_month_report")
    yield from _differs("reports", len(rows), len(company.offices))
    facts = complaint_facts(session, company.now)
    for place, text in rows:
        own = [one for one in facts if one["place"] == place and one["against"] != "director"]
        frozen = json.loads(text)["now"]
        yield from _differs(f"{place} received", frozen["received"], len(own))
        known = {code: n for code, n in frozen["by_channel"].items() if n}
        yield from _differs(
            f"{place} channels", known, dict(Counter(str(one["channel"]) for one in own))
        )


def _repair_figures(company: Company, session: Session) -> Iterator[str]:
    rows = ask(
        session,
        "SELECT community_id, count(*), sum(CASE WHEN promised_at IS NULL THEN 1 ELSE 0 END), "
        "sum(CASE WHEN promised_at IS NOT NULL AND (arrived_at <= promised_at "
        "OR done_at <= promised_at) THEN 1 ELSE 0 END), "
        "sum(CASE WHEN promised_at >= :now AND arrived_at IS NULL AND done_at IS NULL "
        "THEN 1 ELSE 0 END) FROM repair_order WHERE issued_at >= :begin AND issued_at < :end "
        "AND state <> 'cancelled' GROUP BY community_id",
        begin=_BEGIN,
        end=_END,
        now=company.now,
    )
    issued = {row[0]: [int(one) for one in row[1:]] for row in rows}
    done: Counter[int] = Counter()
    passed: Counter[int] = Counter()
    for place, state, days in ask(
        session,
        "SELECT community_id, state, CASE WHEN failed_at IS NULL THEN 0 ELSE 1 END "
        "FROM repair_order WHERE done_at >= :begin AND done_at < :end "
        f"AND state IN {_CLOSED}",
        begin=_BEGIN,
        end=_END,
    ):
        done[place] += 1
        passed[place] += not days  # in this month each failure lies within the 30 days
        if (state == "failed") != bool(days):
            yield f"state {state} of community {place}"
    kept = sum_communities(session, company.head, MONTH)
    for place in sorted(company.offices):
        counted = repairs.count_month(session, [place], MONTH, now=company.now).values()
        n, unpromised, timely, waiting = issued.get(place, [0, 0, 0, 0])
        again = (
            n,
            unpromised,
            waiting,
            n - unpromised - waiting,
            timely,
            done[place],
            passed[place],
        )
        for what, said in (
            ("counted", sum(counted, Counts())),
            ("kept", kept.get(place)),
        ):
            found = said and (
                *(said.issued, said.unpromised, said.undecided, said.decided),
                *(said.timely, said.done, said.passed),
            )
            yield from _differs(f"{place} {what}", found or (0,) * 7, again)


def _call_figures(company: Company, session: Session) -> Iterator[str]:
    for kind in CallKind:
        said = month_result(session, company.head, kind, MONTH)
        again = ask(
            session,
            "SELECT count(*), sum(CASE WHEN tries > 0 THEN 1 ELSE 0 END), "
            "sum(CASE WHEN was_reached THEN 1 ELSE 0 END) FROM call_back "
            "WHERE month = :month AND kind = :kind",
            month=MONTH,
            kind=kind.value,
        )[0]
        numbers = tuple(int(one or 0) for one in again)
        yield from _differs(kind.value, (said.calls, said.tried, said.reached), numbers)
        for way in ("phone", "link"):
            answered, good = ask(
                session,
                "SELECT count(*), sum(CASE WHEN is_satisfied THEN 1 ELSE 0 END) "
                "FROM call_back_answer WHERE month = :month AND kind = :kind AND way = :way "
                "AND is_first AND is_satisfied IS NOT NULL",
                month=MONTH,
                kind=kind.value,
                way=way,
            )[0]
            found = (
                sum(one.row.answered.get(way, 0) for one in said.offices),
                sum(one.row.satisfied.get(way, 0) for one in said.offices),
            )
            yield from _differs(f"{kind} {way}", found, (answered, int(good or 0)))


def _due(company: Company, session: Session) -> Iterator[str]:
    now, head, caller = company.now, company.head, company.callers[0]
    today = beijing_date(now)
    visits = _one(
        session,
        "SELECT count(*) FROM special_visit WHERE visited_at IS NULL AND due_at < :now",
        now=now,
    )
    looks = _one(
        session,
        "SELECT count(*) FROM defect_inspection WHERE is_open AND due_on < :day",
        day=today,
    )
    flags = _one(
        session,
        "SELECT count(*) FROM repair_flag WHERE outcome IS NULL AND raised_at < :over",
        over=start_of(today - FLAG_DAYS),
    )
    late = repairs.count_due(session, head, now=now).late
    yield from _differs("repairs late", late, visits + looks + flags)
    calls = _one(
        session,
        "SELECT count(*) FROM call_back WHERE state = 'waiting' AND due_on < :day "
        "AND (not_before IS NULL OR not_before < :night) AND (kind = 'repair' "
        "OR complaint_id NOT IN (SELECT id FROM follow_up "
        "WHERE responsible_id = :me OR answered_by = :me))",
        day=today,
        night=end_of(today),
        me=caller.staff_id,
    )
    yield from _differs("calls late", calling.count_due(session, caller, now=now).late, calls)


def _effects(_company: Company, session: Session) -> Iterator[str]:
    query = "SELECT count(*) FROM call_back_answer WHERE settled_at IS NULL"
    yield from _differs("unsettled answers", 0, _one(session, query))
    query = (
        "SELECT count(*) FROM (SELECT order_id, effect FROM call_back_effect "
        "WHERE order_id IS NOT NULL GROUP BY order_id, effect HAVING count(*) > 1) twice"
    )
    yield from _differs("effects twice", 0, _one(session, query))
