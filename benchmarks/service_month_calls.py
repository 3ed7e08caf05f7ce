"""What follows from repairs in the simulated month: calls, links, visits, flags, defects."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date, start_of
from app.service.callbacks import calling, linking, messages
from app.service.callbacks.models import CallBack, CallBackLink, CallKind, CallResult, CallState
from app.service.callbacks.questions import check, get_asked
from app.service.repairs.flags.services import check_flag
from app.service.repairs.models import (
    FlagOutcome,
    RepairFlag,
    RepairOrder,
    SpecialVisit,
    VisitFinding,
)
from app.service.repairs.services import open_rework, record_special_visit, record_visit_try
from app.service.repairs.watch.services import Record, begin_watch, note_rain, record_inspection
from benchmarks.service_month_data import FIRST, Act, Company, ask, at

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_RAIN = (4, 11, 19)  # days of the month after its first Monday
_FINE = {
    "handling.came": "yes",
    "handling.on_time": "on_time",
    "handling.fixed": "fixed",
    "handling.attitude": "5",
    "handling.charge": "none",
    "overall": "5",
}
_ELSE: tuple[dict[str, str], ...] = (
    {"overall": "4", "handling.attitude": "4"},
    {"overall": "4"},
    {"handling.on_time": "late_told", "overall": "4"},
    {"handling.charge": "told_before"},
    {"handling.on_time": "late_not_told", "overall": "3"},
    {"handling.charge": "not_told", "overall": "3"},
    {"handling.charge": "differed", "overall": "3"},
    {"handling.fixed": "broken_again", "overall": "2", "comment.reason": "又滴水了。"},
    {"handling.fixed": "not_fixed", "overall": "1", "comment.reason": "没有修好。"},
    {"handling.came": "no", "overall": "2", "comment.reason": "没见到师傅。"},
    {"overall": "4", "comment.more": "楼道三层的灯也不亮。"},
)
_COMPLAINT = {
    "handling.answered": "yes",
    "handling.told": "both",
    "handling.solved": "solved",
    "handling.attitude": "5",
    "handling.speed": "4",
    "handling.result": "5",
    "handling.before": "never",
    "handling.leader": "no",
}
_COMPLAINT_ELSE: tuple[dict[str, str], ...] = (
    {"handling.result": "4"},
    {"handling.result": "4", "handling.solved": "explained"},
    {"handling.result": "3", "handling.solved": "explained"},
    {"handling.result": "4", "handling.before": "once"},
    {"handling.result": "3", "handling.leader": "yes"},
    {"handling.result": "2", "handling.solved": "not_solved"},
    {"handling.result": "2", "handling.solved": "partly"},
    {"handling.answered": "no", "handling.solved": "not_solved", "handling.result": "1"},
)


def said_by(company: Company, kind: CallKind) -> dict[str, list[str]]:
    """Return what a customer says: mostly content."""
    fine, others = (_FINE, _ELSE) if kind is CallKind.REPAIR else (_COMPLAINT, _COMPLAINT_ELSE)
    change = {} if company.dice.random() < 0.7 else company.dice.choice(others)
    return {name: [value] for name, value in {**fine, **change}.items()}


class Calls:
    """People who call, visit and check, each as the product's lists tell them."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._known: dict[str, set[int]] = {}

    def plan(self, last: date) -> None:
        """Let people look at their lists at noon and in the evening, until the last day."""
        company, day = self.company, FIRST
        while day <= last:
            for hour in (9, 13, 17):
                company.later(at(day, hour, 5), "reading lists", self._look)
            if day.weekday() == 0:
                company.later(at(day, 9, 30), "file of links", self._links)
            if day.weekday() in (0, 3):
                company.later(at(day, 15), "reading lists", self._report_failed)
            company.later(at(day, 16), "reading lists", self._inspect)
            day += _DAY
        for back in _RAIN:
            company.later(at(FIRST + back * _DAY, 18), "rain", self._rain)

    def _new(self, session: Session, what: str, query: str, **values: object) -> list[int]:
        """Return the keys of a list nobody here has seen before."""
        known = self._known.setdefault(what, set())
        found = [row[0] for row in ask(session, query, **values) if row[0] not in known]
        known.update(found)
        return found

    def _look(self, session: Session, now: datetime) -> None:
        dice, later = self.company.dice, self.company.later
        for key in self._new(
            session, "call", "SELECT id FROM call_back WHERE state = 'waiting' ORDER BY id"
        ):
            later(self._when_called(session.get_one(CallBack, key), now), "call", self._call(key))
        query = "SELECT id FROM call_back_link WHERE expires_at > :now ORDER BY id"
        for key in self._new(session, "link", query, now=now):
            if dice.random() < 0.22:
                later(now + dice.randrange(1, 90) * _HOUR, "answer by link", self._click(key))
        query = "SELECT id FROM special_visit WHERE visited_at IS NULL ORDER BY id"
        for key in self._new(session, "visit", query):
            opened = session.get_one(SpecialVisit, key).opened_at
            hours = dice.uniform(3, 23) if dice.random() < 0.92 else dice.uniform(25, 60)
            if dice.random() < 0.1:
                later(opened + 2 * _HOUR, "special visit", self._try_visit(key))
            later(opened + hours * _HOUR, "special visit", self._visit(key))
        query = "SELECT id FROM repair_flag WHERE outcome IS NULL ORDER BY id"
        for key in self._new(session, "flag", query):
            if dice.random() < 0.9:
                later(now + dice.randrange(3, 60) * _HOUR, "check of a flag", self._check(key))
        query = (
            "SELECT o.id FROM repair_order o LEFT JOIN defect_watch w ON w.order_id = o.id "
            "WHERE o.is_major_defect AND o.done_at IS NOT NULL AND o.state <> 'cancelled' "
            "AND o.household_id IS NOT NULL AND w.id IS NULL AND o.rework_of IS NULL ORDER BY o.id"
        )
        for key in self._new(session, "watch", query):
            later(now + dice.randrange(5, 50) * _MINUTE, "defect under watch", self._watch(key))

    def _when_called(self, call: CallBack, now: datetime) -> datetime:
        dice = self.company.dice
        if call.kind is CallKind.COMPLAINT:
            return now + dice.randrange(1, 50) * _HOUR
        if dice.random() < 0.90:  # the rest after Friday
            monday = beijing_date(now)
            return at(monday + dice.randrange(5) * _DAY, 10, dice.randrange(480))
        return at(call.due_on + dice.randrange(3, 6) * _DAY, 10, dice.randrange(480))

    def _call(self, key: int) -> Act:
        def act(session: Session, now: datetime) -> None:
            company = self.company
            dice, vault = company.dice, company.vault
            call = session.get_one(CallBack, key)
            caller = company.callers[dice.randrange(len(company.callers))]
            luck, sent = dice.random(), f"{dice.getrandbits(96):024x}"
            if call.state is not CallState.WAITING:
                return
            calling.open_call(session, vault, caller, key)
            if luck < 0.68:
                fields = said_by(company, call.kind)
                calling.save_step(session, vault, caller, key, fields)
                calling.complete(session, vault, caller, key, fields, key=sent, now=now)
                return
            steps = (
                (0.86, CallResult.NO_ANSWER),
                (0.91, CallResult.LATER),
                (0.95, CallResult.REFUSED),
                (0.98, CallResult.WRONG_NUMBER),
                (1.0, CallResult.LANGUAGE),
            )
            result = next(one for limit, one in steps if luck < limit)
            wish = None
            if result is CallResult.LATER:
                # A customer names a day and an hour of that day; nobody asks to be rung at night.
                wish = at(beijing_date(now) + dice.randrange(1, 4) * _DAY, 9, dice.randrange(600))
            calling.record_try(
                session, vault, caller, key, result, later_at=wish, key=sent, now=now
            )
            if call.state is CallState.WAITING:
                company.later(wish or now + dice.randrange(3, 26) * _HOUR, "call", self._call(key))

        return act

    def _click(self, key: int) -> Act:
        def act(session: Session, now: datetime) -> None:
            vault = self.company.vault
            link = session.get_one(CallBackLink, key)
            if link.expires_at <= now:
                return
            opened = linking.open_link(session, linking.token_of(vault, link), now=now)
            asked = get_asked(session, opened.kind)
            said = check(asked, said_by(self.company, opened.kind), final=True)
            linking.answer_link(session, vault, opened, asked, said, now=now)

        return act

    def _links(self, session: Session, now: datetime) -> None:
        company = self.company
        while messages.take_file(
            session,
            company.vault,
            company.head,
            public_url=company.config.public_url,
            limit=1000,
            now=now,
        ):
            pass

    def _report_failed(self, session: Session, now: datetime) -> None:
        """Let some customers tell their office that a repair of the last week did not hold."""
        company = self.company
        rows = ask(
            session,
            "SELECT id, community_id FROM repair_order WHERE state IN ('done', 'called_back') "
            "AND done_at >= :since AND household_id IS NOT NULL ORDER BY id",
            since=now - 5 * _DAY,
        )
        for order_id, place in rows:
            if company.dice.random() < 0.003:
                office = company.offices[place]
                open_rework(session, company.vault, office, order_id, why="修好又坏了", now=now)

    def _try_visit(self, key: int) -> Act:
        def act(session: Session, now: datetime) -> None:
            visit = session.get_one(SpecialVisit, key)
            if visit.visited_at is None:
                steward = self.company.stewards[visit.community_id]
                record_visit_try(session, steward, key, now=now)

        return act

    def _visit(self, key: int) -> Act:
        def act(session: Session, now: datetime) -> None:
            company = self.company
            visit = session.get_one(SpecialVisit, key)
            is_fixed = company.dice.random() < 0.9
            record_special_visit(
                session,
                company.vault,
                company.stewards[visit.community_id],
                key,
                finding=VisitFinding.FIXED if is_fixed else VisitFinding.NOT_FIXED,
                note="现场试过，业主在场" if is_fixed else "还在滴水",
                visited_at=max(visit.opened_at, now - 20 * _MINUTE),
                now=now,
            )

        return act

    def _check(self, key: int) -> Act:
        def act(session: Session, now: datetime) -> None:
            company, flag = self.company, session.get_one(RepairFlag, key)
            outcome = company.dice.choice(list(FlagOutcome))
            check_flag(
                session,
                company.vault,
                company.head,
                flag.id,
                outcome=outcome,
                note="已电话核实",
                now=now,
            )

        return act

    def _watch(self, key: int) -> Act:
        def act(session: Session, now: datetime) -> None:
            company = self.company
            place = session.get_one(RepairOrder, key).community_id
            responsible = company.offices[place].staff_id
            begin_watch(session, company.head, key, responsible_id=responsible, now=now)

        return act

    def _inspect(self, session: Session, now: datetime) -> None:
        """Record the inspections due by today; some are left for later."""
        company, today = self.company, beijing_date(now)
        rows = ask(
            session,
            "SELECT i.id, i.community_id, w.is_outside FROM defect_inspection i "
            "JOIN defect_watch w ON w.id = i.watch_id "
            "WHERE i.is_open AND i.due_on <= :today AND w.closed_on IS NULL ORDER BY i.id",
            today=today,
        )
        for key, place, is_outside in rows:
            if company.dice.random() < 0.85:
                is_good = company.dice.random() < 0.95
                given = Record(
                    seen_on=today,
                    findings="干燥，无新水印" if is_good else "又有水印",
                    is_good=is_good,
                    has_water=not is_good if is_outside else None,
                )
                record_inspection(
                    session, company.vault, company.stewards[place], key, given, now=now
                )

    def _rain(self, session: Session, now: datetime) -> None:
        note_rain(session, self.company.head, beijing_date(now), now=now)


def week_of(day: date) -> int:
    """Return the number of the simulated week of a day."""
    return (day - FIRST).days // 7


def monday_of(week: int) -> date:
    """Return the Monday of a simulated week."""
    return FIRST + 7 * week * _DAY


def bounds_of(week: int) -> tuple[datetime, datetime]:
    """Return the first instant of a simulated week and that of the next."""
    return start_of(monday_of(week)), start_of(monday_of(week + 1))
