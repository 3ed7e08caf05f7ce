"""What else happens in the simulated month: complaints, talks, forums, losses, values, reports."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.models import Attempt, Outcome, Stage
from app.followup.rules import ContactInput
from app.service.complaints import services
from app.service.complaints.codes.services import list_codes
from app.service.complaints.errors import ActRefusedError, NotCompleteError, StepRefusedError
from app.service.complaints.models import (
    Against,
    Channel,
    Complaint,
    HotlineKind,
    Kind,
    Level,
    Severity,
    Step,
)
from app.service.complaints.papers import corrective, plans
from app.service.complaints.papers.models import SignedAs
from app.service.complaints.papers.monthly import Analysis, issue
from app.service.complaints.rules import Intake, Sorting
from app.service.standards.loss_services import LossInput, add_loss, win_back
from app.service.standards.models import LossKind, LossReason, Operator, Origin, Unit
from app.service.standards.services import (
    StandardInput,
    ValueInput,
    add_standard,
    enter_value,
)
from app.service.talks import months, opinions
from app.service.talks.forum import services as forum
from app.service.talks.forum.lines import read_file
from app.service.talks.models import AbsenceReason, ForumPlace, Voice
from app.service.talks.rows import AbsenceInput, ForumInput, TalkInput
from app.staff.scope import Scope
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.campaign.planning.workdays import add_working_days
from benchmarks.service_month_data import COMPLAINTS, FIRST, MONTH, Act, Company, Home, ask, at

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_WEIGHTS = (34, 14, 3, 3, 3, 2, 2, 7, 14, 12, 6)  # of the eleven channels
_ALONE = frozenset({Channel.APP, Channel.ONLINE})  # nobody takes these in
_LEAST = 14  # one of each channel, one against a director, one major


@dataclass(slots=True)
class Matter:
    """What a customer complains about, and how it goes."""

    number: int
    home: Home
    at: datetime
    channel: Channel
    code: str
    kind: Kind
    severity: Severity = Severity.ORDINARY
    against: Against = Against.NONE
    is_company: bool = False
    is_unsorted: bool = False


class Complaints:
    """Customers who complain, and offices, callers and head office who deal with it."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._rounds: set[tuple[int, int]] = set()
        self._closing: set[tuple[int, int]] = set()
        self._kinds: dict[int, Matter] = {}
        self.directors: list[int] = []

    def plan(self, session: Session, days: int, last: date) -> None:
        """Draw the complaints of the month, and let lists be read until the last day."""
        company, dice = self.company, self.company.dice
        codes = [one.code for one in list_codes(session)]
        drawn: list[Matter] = []
        for number in range(max(_LEAST, round(COMPLAINTS * company.share))):
            matter = self._draw(number, days, codes)
            if drawn and dice.random() < 0.04:  # the same home about the same once more
                first = dice.choice(drawn)
                matter.home, matter.code, matter.kind = first.home, first.code, first.kind
            drawn.append(matter)
        for matter in (*drawn, *self._groups(len(drawn), days, codes)):
            company.later(matter.at + 4 * _MINUTE, "complaint taken in", self._take_in(matter))
        day = FIRST
        while day <= last:
            for hour in (9, 14):
                company.later(at(day, hour, 10), "reading lists", self._look)
            company.later(at(day, 17, 30), "reading lists", self._head_looks)
            day += _DAY

    def _draw(self, number: int, days: int, codes: list[str]) -> Matter:
        dice = self.company.dice
        channels = list(Channel)
        is_first = number < len(channels)  # every channel is used at every size
        channel = channels[number] if is_first else dice.choices(channels, _WEIGHTS)[0]
        kind = dice.choices(list(Kind), (70, 12, 10, 8))[0]
        luck = dice.random()
        against = Against.DIRECTOR if luck < 0.015 or number == 11 else Against.NONE
        severity = Severity.MAJOR if 0.02 < luck < 0.035 or number == 12 else Severity.ORDINARY
        return Matter(
            number=number,
            home=self.company.homes[dice.randrange(len(self.company.homes))],
            at=at(FIRST + dice.randrange(days) * _DAY, 8, dice.randrange(30, 700)),
            channel=channel,
            code=dice.choice(codes),
            kind=Kind.VALID if severity is Severity.MAJOR else kind,
            severity=severity,
            against=Against.STAFF if 0.04 < luck < 0.07 else against,
            is_company=luck > 0.98,
            is_unsorted=0.1 < luck < 0.15,
        )

    def _groups(self, number: int, days: int, codes: list[str]) -> list[Matter]:
        """Let some buildings complain about one matter."""
        company, dice, found = self.company, self.company.dice, []
        for _ in range(max(1, round(12 * company.share))):
            first = company.homes[dice.randrange(len(company.homes))]
            near = [one for one in company.homes if one.building_id == first.building_id][:4]
            code, day = dice.choice(codes), FIRST + dice.randrange(max(1, days - 3)) * _DAY
            for home in near:
                when = at(day + dice.randrange(3) * _DAY, 9, dice.randrange(600))
                number += 1
                found.append(Matter(number, home, when, Channel.PHONE, code, Kind.VALID))
        return found

    def _hands(self, matter: Matter) -> Scope:
        """Return who deals with it: head office, the director, or a steward."""
        company, place = self.company, matter.home.community_id
        if matter.against is Against.DIRECTOR:
            return company.head
        is_steward = matter.severity is Severity.ORDINARY and matter.number % 3 == 0
        return company.stewards[place] if is_steward else company.offices[place]

    def _take_in(self, matter: Matter) -> Act:
        def act(session: Session, now: datetime) -> None:
            company, dice = self.company, self.company.dice
            is_alone, who = matter.channel in _ALONE, self._hands(matter)
            is_sorted = not (matter.is_unsorted or is_alone) or matter.against is Against.DIRECTOR
            is_hotline = matter.channel is Channel.HOTLINE
            rings = is_hotline or matter.channel is Channel.PHONE
            intake = Intake(
                community_id=matter.home.community_id,
                household_id=None if matter.is_company else matter.home.id,
                company="好邻居便利店" if matter.is_company else "",
                name="王" + "女士",
                contact=f"139{matter.number:08}",
                text="反映多次没有人处理，请尽快给答复。",
                channel=matter.channel,
                received_at=matter.at,
                code=matter.code if is_sorted else None,
                kind=matter.kind if is_sorted else None,
                hotline_kind=HotlineKind.COMPLAINT if is_hotline else None,
                first_asked_by=None if is_alone else who.staff_id,
                rings=dice.randrange(1, 6) if rings else None,
                severity=matter.severity,
                against=matter.against,
                has_media=dice.random() < 0.004,
                has_legal=dice.random() < 0.004,
                key=f"month-{matter.number}",
            )
            taken = services.take_in(
                session, company.vault, None if is_alone else who, intake, now=now
            )
            again = services.take_in(
                session, company.vault, None if is_alone else who, intake, now=now
            )
            if again != taken:
                raise ValueError(f"taken in twice: {taken} and {again}")
            self._kinds[taken.id] = matter
            if matter.against is Against.DIRECTOR:
                self.directors.append(taken.id)
            if not is_sorted:
                company.later(now + 40 * _MINUTE, "complaint sorted", self._sort(taken.id, matter))

        return act

    def _sort(self, key: int, matter: Matter) -> Act:
        def act(session: Session, now: datetime) -> None:
            if session.get_one(Complaint, key).kind is not None:
                return
            sorting = Sorting(matter.code, matter.kind, matter.severity, matter.against)
            services.classify(session, self._hands(matter), key, sorting, now=now)

        return act

    def _look(self, session: Session, now: datetime) -> None:
        """Plan the answers of rounds that began, and the closing of those called back."""
        company, dice = self.company, self.company.dice
        rows = ask(
            session,
            "SELECT follow_up_id, round, due_at FROM complaint "
            "WHERE is_open AND answered_at IS NULL ORDER BY follow_up_id",
        )
        for key, round_, _due in rows:
            if (key, round_) not in self._rounds and key in self._kinds:
                self._rounds.add((key, round_))
                company.later(now + dice.randrange(5, 60) * _MINUTE, "steps", self._begin(key))
        rows = ask(
            session,
            "SELECT c.follow_up_id, c.round FROM complaint c JOIN follow_up f "
            "ON f.id = c.follow_up_id WHERE c.is_open AND f.stage = 'called_back' "
            "ORDER BY c.follow_up_id",
        )
        for key, round_ in rows:
            if (key, round_) not in self._closing:
                self._closing.add((key, round_))
                if dice.random() < 0.93:
                    company.later(
                        now + dice.randrange(1, 40) * _HOUR, "complaint closed", self._close(key)
                    )

    def _head_looks(self, session: Session, now: datetime) -> None:
        """Let head office look at what is new to it, and decide on groups."""
        company, dice = self.company, self.company.dice
        rows = ask(
            session,
            "SELECT follow_up_id FROM complaint WHERE kind = 'valid' AND seen_at IS NULL "
            "ORDER BY follow_up_id",
        )
        for (key,) in rows:
            if dice.random() < 0.9:
                services.mark_seen(session, company.head, key, now=now)
        query = "SELECT id FROM complaint_group WHERE state = 'suggested' ORDER BY id"
        for (key,) in ask(session, query):
            decide = services.confirm_group if dice.random() < 0.7 else services.dismiss_group
            decide(session, company.head, key, now=now)

    def _begin(self, key: int) -> Act:
        """Acknowledge, take the steps, and say when it will be answered."""

        def act(session: Session, now: datetime) -> None:
            company, dice = self.company, self.company.dice
            found, matter = session.get_one(Complaint, key), self._kinds[key]
            who = self._hands(matter)
            if found.answered_at is not None or not found.is_open:
                return
            if found.kind is None:
                self._sort(key, matter)(session, now)
            services.acknowledge(session, who, key, now=now)
            self._steps(session, found, who, now)
            if dice.random() < 0.01 and found.rough_on is None:
                rough = beijing_date(now) + 20 * _DAY
                talk = self._talk(now, "phone", Outcome.DATED)
                services.set_long_running(
                    session, company.vault, who, key, talk, rough_on=rough, now=now
                )
            if dice.random() < 0.01:
                services.set_flags(
                    session, who, key, compensation=True, media=False, legal=False, now=now
                )
            if dice.random() < 0.03 and found.level is Level.OFFICE:
                services.escalate(
                    session, company.vault, who, key, Level.QUALITY, reason="请公司出面", now=now
                )
            if found.severity is Severity.MAJOR:
                company.later(now + 3 * _HOUR, "papers of a major", self._papers(key))
            self._plan_answer(session, found, who, now)

        return act

    def _plan_answer(self, session: Session, found: Complaint, who: Scope, now: datetime) -> None:
        company, dice = self.company, self.company.dice
        if dice.random() < 0.08 and now < found.due_at:
            new_day = add_working_days(found.due_on, 3, load_calendar(session))
            talk = self._talk(now, "phone", Outcome.DATED)
            services.extend(
                session, company.vault, who, found.follow_up_id, talk, due_on=new_day, now=now
            )
        if dice.random() < 0.03:
            return  # nobody answers this month
        left = max(found.due_at - now, 2 * _HOUR)
        when = now + left * dice.uniform(0.1, 0.95)
        if dice.random() < 0.04:
            when = found.due_at + dice.randrange(1, 70) * _HOUR
        if dice.random() < 0.05:
            company.later(
                now + 20 * _MINUTE, "answer", self._answer(found.follow_up_id, is_try=True)
            )
        company.later(when, "answer", self._answer(found.follow_up_id))

    def _steps(self, session: Session, found: Complaint, who: Scope, now: datetime) -> None:
        company, dice, key = self.company, self.company.dice, found.follow_up_id
        steps = [Step.IDENTITY, Step.NOTIFY]
        if found.kind is not Kind.VALID and dice.random() < 0.5:
            steps.append(Step.FEES)
        if found.kind is Kind.VALID:
            steps = [Step.LEAD]
            if dice.random() < 0.7:
                steps.append(Step.SITE)
                called = now - 6 * _MINUTE
                services.record_site(
                    session,
                    who,
                    key,
                    called_at=max(called, found.received_at),
                    arrived_at=max(called, found.received_at) + dice.randrange(30, 240) * _SECOND,
                    now=now,
                )
        for step in steps:
            try:
                services.take_step_of(session, company.vault, who, key, step, now=now)
            except StepRefusedError as error:
                if error.args[1:] != ("taken",):
                    raise

    def _talk(self, now: datetime, way: str, outcome: Outcome) -> ContactInput:
        is_try = outcome is Outcome.UNREACHABLE
        return ContactInput(
            at=now - 5 * _MINUTE,
            way=way,
            person="王女士",
            outcome=outcome,
            result="" if is_try else "已向业主说明并道歉",
            owner_view=None if is_try else "neutral",
            next_on=beijing_date(now) + 3 * _DAY if outcome is Outcome.DATED else None,
            attempt=Attempt.NO_ANSWER if is_try else None,
        )

    def _answer(self, key: int, *, is_try: bool = False) -> Act:
        def act(session: Session, now: datetime) -> None:
            company, dice = self.company, self.company.dice
            found, who = session.get_one(Complaint, key), self._hands(self._kinds[key])
            way = {Channel.LETTER: "letter", Channel.FAX: "fax"}.get(found.channel)
            way = "phone" if is_try else way or dice.choice(("phone", "visit"))
            outcomes = (Outcome.SOLVED, Outcome.EXPLAINED, Outcome.DECLINED)
            outcome = dice.choices(outcomes, (70, 27, 3))[0]
            talk = self._talk(now, way, Outcome.UNREACHABLE if is_try else outcome)
            if found.kind not in {None, Kind.VALID} and not is_try and dice.random() < 0.03:
                sorting = Sorting(found.sub_code or "", Kind.VALID, found.severity, found.against)
                services.reclassify(
                    session, company.vault, who, key, sorting, reason="查实后属有效投诉", now=now
                )
                self._steps(session, found, who, now)
            try:
                services.answer(session, company.vault, who, key, talk, now=now)
            except ActRefusedError:
                if found.answered_at is None:
                    raise

        return act

    def _papers(self, key: int) -> Act:
        """Make plan and report of a major complaint: written, done, signed, verified."""

        def act(session: Session, now: datetime) -> None:
            company, matter = self.company, self._kinds[key]
            vault, head, who = company.vault, company.head, self._hands(matter)
            if session.get_one(Complaint, key).planned_at is not None:
                return
            plan = plans.make_plan(
                session, vault, head, key, problem="设备老化", aim="不再停机", now=now
            )
            due = beijing_date(now) + 5 * _DAY
            action = plans.add_action(
                session, vault, head, plan, plans.ActionInput("更换部件", "工程部", due), now=now
            )
            plans.finish_action(
                session,
                vault,
                who,
                action,
                done_on=beijing_date(now),
                evidence="更换记录与照片",
                now=now,
            )
            words = corrective.CorrectiveInput("停机三次", "部件老化", "已更换", "每月检查")
            report = corrective.write(session, vault, who, key, words, now=now)
            signers = ((who, SignedAs.WRITER), (who, SignedAs.RESPONSIBLE))
            for person, signed_as in (*signers, (company.second, SignedAs.QUALITY)):
                corrective.sign(session, vault, person, report, signed_as, now=now)
            corrective.verify(
                session,
                vault,
                company.second,
                report,
                is_effective=True,
                finding="运行正常",
                now=now,
            )

        return act

    def _close(self, key: int) -> Act:
        def act(session: Session, now: datetime) -> None:
            company, who = self.company, self._hands(self._kinds[key])
            try:
                services.close(
                    session,
                    company.vault,
                    who,
                    key,
                    cause="交接没有交代清楚",
                    prevention="交接本增加未办事项栏",
                    now=now,
                )
            except NotCompleteError:
                self.company.later(now + _DAY, "complaint closed", self._close(key))
                company.happened["closing put off"] += 1
                return
            except ActRefusedError:
                return  # its customer answered by link meanwhile and opened it again
            if company.dice.random() < 0.01:
                company.later(now + 30 * _HOUR, "reopened by hand", self._reopen(key))

        return act

    def _reopen(self, key: int) -> Act:
        def act(session: Session, now: datetime) -> None:
            case = ask(session, "SELECT stage FROM follow_up WHERE id = :id", id=key)[0][0]
            if case in {Stage.CLOSED.value, Stage.IMPROVED.value}:
                who = self._hands(self._kinds[key])
                services.reopen(
                    session, self.company.vault, who, key, reason="业主来电又出现", now=now
                )

        return act


_SECOND = timedelta(seconds=1)


def plan_talks(company: Company) -> None:
    """Plan the monthly talk of every community, a file of forum opinions, and replies."""
    dice, last = company.dice, FIRST + (7 * company.weeks - 1) * _DAY
    for place in sorted(company.offices):
        day = min(FIRST + dice.randrange(14, 27) * _DAY, last)
        kind = _talk(company, place) if dice.random() < 0.95 else _absence(company, place)
        company.later(at(day, 19, 30), "talk", kind)
        read = FIRST + dice.randrange(7 * company.weeks - 4) * _DAY
        company.later(at(read, 11), "file of opinions", _forum(company, place))


def _talk(company: Company, place: int) -> Act:
    def act(session: Session, now: datetime) -> None:
        vault, office, dice = company.vault, company.offices[place], company.dice
        held_on = beijing_date(now)
        given = TalkInput(
            month=MONTH,
            held_on=held_on,
            held_time="15:00",
            place="社区活动室",
            committee=dice.randrange(2, 7),
            representatives=dice.randrange(4),
            people="业委会主任和委员",
            staff="主任、工程主管",
            subjects=("quality", "repairs"),
            minutes="逐项听取意见并答复。",
        )
        talk = months.keep_talk(session, vault, office, place, given, now=now)
        for number in range(dice.randrange(2, 5)):
            voice = dice.choice(list(Voice))
            key = opinions.add_opinion(
                session,
                vault,
                office,
                talk,
                voice=voice,
                department="engineering",
                text=f"第{number + 1}条：楼道灯不亮",
                now=now,
            )
            if dice.random() < 0.4:
                opinions.answer_at_once(session, vault, office, key, answer="当场说明", now=now)
                continue
            opinions.promise(
                session,
                vault,
                office,
                key,
                action="更换灯具",
                responsible="工程主管",
                due_on=held_on + 5 * _DAY,
                now=now,
            )
            if dice.random() < 0.2:
                opinions.make_case(session, office, key, household_id=None, now=now)
            if dice.random() < 0.8:
                company.later(now + 3 * _DAY, "opinion done", _do_opinion(company, place, key))
        months.share_talk(session, office, talk, now=now)

    return act


def _do_opinion(company: Company, place: int, key: int) -> Act:
    def act(session: Session, now: datetime) -> None:
        vault, office = company.vault, company.offices[place]
        opinions.finish(session, vault, office, key, done="已更换", now=now)
        told = opinions.Told(beijing_date(now), "wechat", "已告知业委会")
        opinions.tell(session, vault, office, key, told, now=now)

    return act


def _absence(company: Company, place: int) -> Act:
    def act(session: Session, now: datetime) -> None:
        vault = company.vault
        said = AbsenceInput(AbsenceReason.NO_COMMITTEE, "任期届满", "街道通知")
        key = months.say_absence(
            session, vault, company.offices[place], place, MONTH, said, now=now
        )
        months.decide_absence(
            session, vault, company.head, key, is_confirmed=True, words="", now=now
        )

    return act


def _forum(company: Company, place: int) -> Act:
    def act(session: Session, now: datetime) -> None:
        vault, office, dice = company.vault, company.offices[place], company.dice
        day, out = beijing_date(now), io.StringIO()
        writer = csv.writer(out)
        writer.writerow(("日期", "昵称", "意见"))
        for number in range(dice.randrange(3, 9)):
            writer.writerow(
                (day.isoformat(), f"住户{number}", f"{place}号小区第{number}条：电梯又停了")
            )
        common = ForumInput(place, ForumPlace.WECHAT_GROUP, day, "", place_name="业主群")
        lines = read_file(out.getvalue().encode(), "opinions.csv")
        taken = forum.take_lines(session, vault, office, lines, common, now=now)
        for key in taken.added:
            if dice.random() < 0.85:
                when = now + dice.randrange(2, 60) * _HOUR
                company.later(when, "forum reply", _reply(company, place, key))

    return act


def _reply(company: Company, place: int, key: int) -> Act:
    def act(session: Session, now: datetime) -> None:
        said = forum.ReplyInput(beijing_date(now), "there", "已安排维修，谢谢提醒。")
        forum.reply(session, company.vault, company.offices[place], key, said, now=now)

    return act


def plan_standards(company: Company) -> None:
    """Plan standards, losses of the month, and the values head office enters at its end."""
    dice = company.dice
    company.later(at(FIRST, 10), "standards", lambda s, now: _standards(company, s, now))
    for number in range(max(3, round(14 * company.share))):
        day = FIRST + dice.randrange(7 * company.weeks) * _DAY
        company.later(at(day, 14, number), "loss", _loss(company, number))


def _standards(company: Company, session: Session, now: datetime) -> None:
    by_hand = []
    for measure, unit, operator, target in (
        ("repairs_timely", Unit.PERCENT, Operator.AT_LEAST, 98_000),
        ("repairs_passed", Unit.PERCENT, Operator.AT_LEAST, 99_000),
        ("complaints_answered", Unit.PERCENT, Operator.AT_LEAST, 100_000),
        ("complaints_timely", Unit.PERCENT, Operator.AT_LEAST, 100_000),
        ("", Unit.MINUTES, Operator.AT_MOST, 3_000),
        ("", Unit.MINUTES, Operator.AT_MOST, 30_000),
    ):
        name = measure or f"到场时间 {target // 1000} 分钟"
        given = StandardInput(
            name, name, measure, operator, target, unit, Origin.HANDBOOK, "手册", MONTH
        )
        key = add_standard(session, company.head, given, now=now)
        if not measure:
            by_hand.append(key)
    end = FIRST + 7 * company.weeks * _DAY

    def enter(session: Session, now: datetime) -> None:
        for key in by_hand:
            for place in (None, *sorted(company.offices)):
                value = ValueInput(place, MONTH, company.dice.randrange(2000, 4000), 40)
                enter_value(session, company.head, key, value, now=now)

    company.later(at(end, 17), "standards", enter)


def _loss(company: Company, number: int) -> Act:
    def act(session: Session, now: datetime) -> None:
        dice = company.dice
        kind = list(LossKind)[1 + number % 4]
        is_customer = kind in {LossKind.CUSTOMER, LossKind.HOME}
        given = LossInput(
            kind=kind,
            community_id=dice.choice(sorted(company.offices)),
            who="便利店",
            happened_on=beijing_date(now),
            reason=dice.choice(list(LossReason)),
            words="合同到期后搬走",
            monthly_fen=120_000 if is_customer else None,
            damage_fen=None if is_customer else 80_000,
        )
        key = add_loss(session, company.vault, company.head, given, now=now)
        if number % 7 == 0 and is_customer:
            on = beijing_date(now)
            win_back(session, company.vault, company.head, key, on=on, words="回迁", now=now)

    return act


def plan_reports(company: Company, first: date) -> None:
    """Let every office issue its monthly report in the first days of the next month."""
    words = Analysis("停机多为部件老化。", "按月检查，及时更换。", "及时告知进度最要紧。")

    def issue_of(place: int) -> Act:
        def act(session: Session, now: datetime) -> None:
            office = company.offices[place]
            try:
                issue(session, company.vault, office, place, MONTH, words, now=now)
            except FieldError as error:
                raise ValueError(place) from error

        return act

    for number, place in enumerate(sorted(company.offices)):
        company.later(at(first + number % 3 * _DAY, 11), "monthly report", issue_of(place))
