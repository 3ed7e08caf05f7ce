"""A complaint from intake to its end, and what each rule of the handbook refuses on the way."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import end_of
from app.followup.errors import FieldError
from app.followup.history.models import CaseEvent, CaseEventKind
from app.followup.models import CaseList, ContactRecord, FollowUp, Outcome, Source, Stage
from app.service.complaints import services
from app.service.complaints.errors import (
    ActRefusedError,
    NotAllowedError,
    NotClassifiedError,
    NotCompleteError,
    OwnHandlingError,
    StepRefusedError,
    TooLateError,
)
from app.service.complaints.models import (
    Channel,
    Complaint,
    ComplaintClass,
    ComplaintEscalation,
    ComplaintExtension,
    ComplaintRound,
    ComplaintStep,
    EscalationReason,
    HotlineKind,
    Kind,
    Level,
    Severity,
    Step,
)
from app.service.complaints.rules import CallBackResult, Sorting
from app.staff.models import AuditEntry
from app.surveys.register.models import Household
from app.vault import Vault
from tests.factories import NOW
from tests.integration.complaints.world import World, go_round, make_world, talk

# Statements that differ between the databases are tried in `test_who_sees`.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def found(session: Session, key: int) -> tuple[Complaint, FollowUp]:
    session.expire_all()
    return session.get_one(Complaint, key), session.get_one(FollowUp, key)


def test_who_was_asked_first_answers_for_it_and_six_steps_lead_to_its_end(
    session: Session, vault: Vault, world: World
) -> None:
    office, steward = world.scopes["office"], world.scopes["steward"]
    taken = services.take_in(session, vault, office, world.intake(rings=3), now=NOW)
    complaint, case = found(session, taken.id)
    assert taken.number == f"{world.community.code}-2026-0001"
    assert (case.responsible_id, complaint.first_asked_by) == (steward.staff_id,) * 2
    assert (case.source, case.stage) == (Source.COMPLAINT, Stage.VERIFIED)
    # Monday 2 November 10:00 by telephone: by the end of Tuesday.
    assert (complaint.due_on, complaint.due_at) == (date(2026, 11, 3), end_of(date(2026, 11, 3)))

    go_round(session, vault, world, taken.id, now=NOW + HOUR)
    services.close(
        session, vault, office, taken.id, cause="门机故障", prevention="每周检查", now=NOW + DAY
    )

    complaint, case = found(session, taken.id)
    assert (case.stage, complaint.is_open) == (Stage.IMPROVED, False)
    view = services.open_complaint(session, vault, office, taken.id, now=NOW + DAY)
    assert (view.cause, view.prevention, view.name) == ("门机故障", "每周检查", "张先生")
    assert [one.step for one in view.steps if one.at] == [
        Step.RECORD,
        Step.NATURE,
        Step.DEPARTMENT,
        Step.LEAD,
        Step.CALL_BACK,
    ]
    assert len(view.steps) == 6
    uid = session.get_one(Household, world.homes[0]).uid
    looks = select(func.count()).select_from(AuditEntry).where(AuditEntry.subject == uid)
    assert (session.scalar(looks) or 0) >= 6  # taken in, step, answer, call, close, look


def test_the_same_form_sent_twice_is_one_complaint(
    session: Session, vault: Vault, world: World
) -> None:
    office = world.scopes["office"]
    first = services.take_in(session, vault, office, world.intake(key="k1"), now=NOW)
    assert services.take_in(session, vault, office, world.intake(key="k1"), now=NOW) == first
    assert session.scalar(select(func.count()).select_from(Complaint)) == 1


def test_signs_no_paper_can_show_are_left_out_and_all_others_kept(
    session: Session, vault: Vault, world: World
) -> None:
    office = world.scopes["office"]
    intake = world.intake(name=" 李\x00女士 ", text="电梯😀\r\n<b>又停</b>\x00")
    key = services.take_in(session, vault, office, intake, now=NOW).id
    view = services.open_complaint(session, vault, office, key, now=NOW)
    assert (view.name, view.text) == ("李女士", "电梯😀\n<b>又停</b>")
    with pytest.raises(FieldError):
        services.take_in(session, vault, office, world.intake(name="\x00"), now=NOW)


def test_the_app_takes_in_without_anybody_asked_and_somebody_sorts_it_before_the_answer(
    session: Session, vault: Vault, world: World
) -> None:
    intake = world.intake(channel=Channel.APP, first_asked_by=None, code=None, kind=None)
    taken = services.take_in(session, vault, None, intake, now=NOW)
    steward = world.scopes["steward"]
    with pytest.raises(NotClassifiedError):
        services.answer(session, vault, steward, taken.id, talk(NOW), now=NOW)
    services.classify(session, steward, taken.id, Sorting("fees.energy", Kind.CONSULT), now=NOW)
    complaint, case = found(session, taken.id)
    assert (complaint.class_, case.department) == (ComplaintClass.FEES, "finance")
    with pytest.raises(NotAllowedError):
        services.classify(session, steward, taken.id, Sorting("fees.energy", Kind.VENT), now=NOW)


def test_hand_made_complaints_name_who_was_asked_first_and_he_is_of_this_community(
    session: Session, vault: Vault, world: World
) -> None:
    office = world.scopes["office"]
    for asked in (None, world.scopes["next_office"].staff_id, 10_000):
        intake = world.intake(first_asked_by=asked)
        with pytest.raises(FieldError) as refused:
            services.take_in(session, vault, office, intake, now=NOW)
        assert refused.value.field == "first_asked_by"
    with pytest.raises(FieldError):
        services.take_in(session, vault, world.scopes["next_office"], world.intake(), now=NOW)


def test_a_letter_waits_for_its_letter_and_an_acknowledgement_stops_nothing(
    session: Session, vault: Vault, world: World
) -> None:
    steward = world.scopes["steward"]
    intake = world.intake(channel=Channel.LETTER)
    key = services.take_in(session, vault, steward, intake, now=NOW).id
    services.acknowledge(session, steward, key, now=NOW)
    at = NOW + HOUR
    assert not services.answer(session, vault, steward, key, talk(at), now=at)
    complaint, case = found(session, key)
    assert (complaint.answered_at, case.stage, case.contacts) == (None, Stage.IN_WORK, 1)
    assert complaint.due_on == date(2026, 11, 5)  # three working days after Monday
    assert complaint.acknowledged_at == NOW
    letter = talk(at, way="letter", owner_view=None)
    assert not services.answer(session, vault, steward, key, letter, is_substantive=False, now=at)
    assert services.answer(session, vault, steward, key, letter, now=at)
    complaint, case = found(session, key)
    assert (complaint.answered_at, complaint.answer_way) == (at, "letter")
    assert case.answered_by == steward.staff_id


def test_a_day_moves_only_with_a_talk_and_never_once_it_is_over(
    session: Session, vault: Vault, world: World
) -> None:
    steward = world.scopes["steward"]
    key = services.take_in(session, vault, steward, world.intake(), now=NOW).id
    moved = date(2026, 11, 6)
    said = talk(NOW, owner_view="dissatisfied", result="等配件，周五前修好")
    wrong = (
        (date(2026, 11, 3), "not_later"),
        (date(2026, 11, 7), "day_off"),  # a Saturday
        (date(2027, 11, 5), "over_month"),  # next year's, mistyped
        (date(2026, 12, 4), "over_month"),  # a Friday, 32 days from today
    )
    for bad, problem in wrong:
        with pytest.raises(FieldError) as refused:
            services.extend(session, vault, steward, key, said, due_on=bad, now=NOW)
        assert (refused.value.field, refused.value.problem) == ("due_on", problem)
    services.extend(session, vault, steward, key, said, due_on=moved, now=NOW)
    complaint, _ = found(session, key)
    assert (complaint.due_on, complaint.promised_on) == (moved, moved)
    assert complaint.promised_by == steward.staff_id
    extension = session.scalars(select(ComplaintExtension)).one()
    assert (extension.old_due_on, extension.reaction) == (date(2026, 11, 3), "dissatisfied")
    contact = session.get_one(ContactRecord, extension.contact_id)
    assert (contact.outcome, contact.next_on) == (Outcome.DATED, moved)
    over = end_of(moved)
    said = talk(over)
    with pytest.raises(TooLateError):
        services.extend(session, vault, steward, key, said, due_on=moved + 7 * DAY, now=over)


def test_what_takes_long_is_explained_dated_and_reported_and_its_clock_goes_on(
    session: Session, vault: Vault, world: World
) -> None:
    steward = world.scopes["steward"]
    key = services.take_in(session, vault, steward, world.intake(), now=NOW).id
    rough = date(2027, 3, 1)
    services.set_long_running(session, vault, steward, key, talk(NOW), rough_on=rough, now=NOW)
    complaint, _ = found(session, key)
    assert (complaint.rough_on, complaint.level) == (rough, Level.QUALITY)
    assert complaint.due_on == date(2026, 11, 3)
    went = session.scalars(select(ComplaintEscalation)).one()
    assert (went.reason, went.staff_id) == (EscalationReason.LONG_RUNNING, steward.staff_id)


def test_money_goes_to_the_leaders_by_itself_and_a_level_never_falls(
    session: Session, vault: Vault, world: World
) -> None:
    office = world.scopes["office"]
    key = services.take_in(session, vault, office, world.intake(), now=NOW).id
    flags = {"media": True, "legal": False, "now": NOW}
    services.set_flags(session, office, key, compensation=True, **flags)
    complaint, case = found(session, key)
    assert (complaint.level, complaint.has_media) == (Level.LEADERS, True)
    assert case.on_list is CaseList.COMMUNITY  # the office goes on working on it
    went = session.scalars(select(ComplaintEscalation)).one()
    assert (went.reason, went.staff_id) == (EscalationReason.COMPENSATION, None)
    with pytest.raises(NotAllowedError):
        services.escalate(session, vault, office, key, Level.QUALITY, reason="x", now=NOW)
    with pytest.raises(NotAllowedError):
        services.set_flags(session, office, key, compensation=False, **flags)
    services.set_flags(session, world.scopes["hq"], key, compensation=False, **flags)
    assert found(session, key)[0].level is Level.LEADERS


def test_a_major_one_is_in_the_directors_hands_and_needs_plan_and_report(
    session: Session, vault: Vault, world: World
) -> None:
    office, steward = world.scopes["office"], world.scopes["steward"]
    intake = world.intake(severity=Severity.MAJOR)
    key = services.take_in(session, vault, steward, intake, now=NOW).id
    assert found(session, key)[1].responsible_id == office.staff_id
    with pytest.raises(NotAllowedError):
        services.hand_over(
            session, vault, office, key, staff_id=steward.staff_id, reason="忙", now=NOW
        )
    go_round(session, vault, world, key, now=NOW)
    words = {"cause": "a", "prevention": "b", "now": NOW}
    with pytest.raises(NotCompleteError) as refused:
        services.close(session, vault, office, key, **words)
    assert refused.value.missing == ("plan", "report")
    complaint, _ = found(session, key)
    complaint.planned_at = complaint.reported_at = NOW
    services.close(session, vault, office, key, **words)


def test_handing_over_needs_a_reason_and_who_had_it_stays_visible(
    session: Session, vault: Vault, world: World
) -> None:
    office, steward = world.scopes["office"], world.scopes["steward"]
    key = services.take_in(session, vault, steward, world.intake(), now=NOW).id
    give = {"staff_id": office.staff_id, "now": NOW}
    with pytest.raises(FieldError):
        services.hand_over(session, vault, steward, key, reason=" ", **give)
    services.hand_over(session, vault, steward, key, reason="不在我的楼栋", **give)
    complaint, case = found(session, key)
    assert case.responsible_id == office.staff_id
    assert complaint.first_asked_by == steward.staff_id
    event = session.scalars(
        select(CaseEvent).where(CaseEvent.kind == CaseEventKind.HANDED_OVER)
    ).one()
    assert (event.staff_id, event.to_staff_id) == (steward.staff_id, office.staff_id)


def test_a_talk_that_becomes_valid_is_counted_and_only_head_office_makes_less_of_one(
    session: Session, vault: Vault, world: World
) -> None:
    office, hq = world.scopes["office"], world.scopes["hq"]
    intake = world.intake(kind=Kind.VENT, channel=Channel.HOTLINE, hotline_kind=HotlineKind.DUTY)
    key = services.take_in(session, vault, office, intake, now=NOW).id
    valid, vent = (Sorting("service.slow", kind) for kind in (Kind.VALID, Kind.VENT))
    services.reclassify(session, vault, office, key, valid, reason="属实", now=NOW)
    assert found(session, key)[0].converted_at == NOW
    with pytest.raises(NotAllowedError):
        services.reclassify(session, vault, office, key, vent, reason="算了", now=NOW)
    services.reclassify(session, vault, hq, key, vent, reason="核对录音", now=NOW)


def test_steps_are_taken_once_by_kind_and_nothing_of_what_was_paid_is_kept(
    session: Session, vault: Vault, world: World
) -> None:
    steward = world.scopes["steward"]
    intake = world.intake(kind=Kind.HELP)
    key = services.take_in(session, vault, steward, intake, now=NOW).id
    with pytest.raises(FieldError):
        services.take_step_of(session, vault, steward, key, Step.FEES, words="欠费", now=NOW)
    services.take_step_of(session, vault, steward, key, Step.FEES, now=NOW)
    for step, problem in (
        (Step.FEES, "taken"),
        (Step.LEAD, "unknown"),
        (Step.CALL_BACK, "by_itself"),
    ):
        with pytest.raises(StepRefusedError) as refused:
            services.take_step_of(session, vault, steward, key, step, now=NOW)
        assert refused.value.problem == problem
    fees = select(ComplaintStep).where(ComplaintStep.step == Step.FEES)
    assert session.scalars(fees).one().note_sealed is None


def test_the_way_to_the_site_is_kept(session: Session, vault: Vault, world: World) -> None:
    steward = world.scopes["steward"]
    key = services.take_in(session, vault, steward, world.intake(), now=NOW).id
    times = {"called_at": NOW, "arrived_at": NOW + timedelta(minutes=3)}
    with pytest.raises(FieldError):
        services.record_site(session, steward, key, **times, now=NOW)
    services.record_site(session, steward, key, **times, now=NOW + HOUR)
    assert found(session, key)[0].arrived_at == times["arrived_at"]


def test_a_bad_word_on_the_call_back_opens_it_again_with_a_new_clock(
    session: Session, vault: Vault, world: World
) -> None:
    steward, caller = world.scopes["steward"], world.scopes["caller"]
    key = services.take_in(session, vault, steward, world.intake(), now=NOW).id
    assert services.answer(session, vault, steward, key, talk(NOW), now=NOW)
    later = NOW + 3 * DAY
    bad = CallBackResult(later, view="dissatisfied", words="还是停")
    for own in ("steward", "office"):
        with pytest.raises(OwnHandlingError):
            services.record_call_back(session, vault, world.scopes[own], key, bad, now=later)
    assert services.record_call_back(session, vault, caller, key, bad, now=later)
    complaint, case = found(session, key)
    assert (case.stage, complaint.round, complaint.answered_at) == (Stage.REOPENED, 2, None)
    assert complaint.due_on == date(2026, 11, 6)
    ended = session.scalars(select(ComplaintRound)).one()
    assert (ended.round, ended.view, ended.answered_at) == (1, "dissatisfied", NOW)
    with pytest.raises(ActRefusedError):
        services.record_call_back(session, vault, caller, key, bad, now=later)


def test_a_customer_may_say_it_on_his_own_page(
    session: Session, vault: Vault, world: World
) -> None:
    steward = world.scopes["steward"]
    key = services.take_in(session, vault, steward, world.intake(), now=NOW).id
    services.answer(session, vault, steward, key, talk(NOW), now=NOW)
    result = CallBackResult(NOW, way="link", view="neutral", words="可以")
    assert not services.record_call_back(session, vault, None, key, result, now=NOW)
    complaint, case = found(session, key)
    assert (case.stage, complaint.called_back_by) == (Stage.CALLED_BACK, None)


def test_the_same_home_about_the_same_within_ninety_days_is_a_repeat(
    session: Session, vault: Vault, world: World
) -> None:
    office = world.scopes["office"]

    def take(home: int, days: int, **changes: object) -> int:
        at = NOW + days * DAY
        intake = world.intake(home, received_at=at, **changes)
        return services.take_in(session, vault, office, intake, now=at).id

    first = take(0, 0)
    other_home, other_code = take(1, 1), take(0, 2, code="facilities.water")
    again, too_late = take(0, 90), take(0, 181)
    repeats = {key: found(session, key)[0].repeat_of for key in (other_home, other_code, again)}
    assert repeats == {other_home: None, other_code: None, again: first}
    assert found(session, too_late)[0].repeat_of is None  # 91 days after the last one


def test_three_homes_of_a_building_are_suggested_as_one_matter_and_head_office_confirms(
    session: Session, vault: Vault, world: World
) -> None:
    office, hq = world.scopes["office"], world.scopes["hq"]
    keys = []
    for home in (0, 0, 1, 2):  # twice the same home: it counts once
        intake = world.intake(home)
        keys.append(services.take_in(session, vault, office, intake, now=NOW).id)
        groups = {found(session, key)[0].group_id for key in keys}
        assert (groups == {None}) is (home < 2)
    (group,) = groups
    row = services.find_complaint(session, office, keys[0])
    assert row is not None
    assert row.group_state is None  # no group before head office says so
    with pytest.raises(NotAllowedError):
        services.confirm_group(session, office, group or 0, now=NOW)
    services.confirm_group(session, hq, group or 0, now=NOW)
    row = services.find_complaint(session, office, keys[0])
    assert row is not None
    assert row.group_state == "confirmed"


def test_numbers_run_by_community_and_year_and_are_never_given_twice(
    session: Session, vault: Vault, world: World
) -> None:
    office = world.scopes["office"]
    numbers = [
        services.take_in(session, vault, office, world.intake(home), now=NOW).number
        for home in range(3)
    ]
    assert numbers == [f"{world.community.code}-2026-{at:04}" for at in (1, 2, 3)]


def test_the_database_itself_refuses_an_end_without_answer_call_back_and_cause(
    session: Session, vault: Vault, world: World
) -> None:
    key = services.take_in(session, vault, world.scopes["office"], world.intake(), now=NOW).id
    complaint, _ = found(session, key)
    complaint.is_open = False
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_head_office_hears_of_every_valid_complaint_until_it_looks(
    session: Session, vault: Vault, world: World
) -> None:
    office, hq = world.scopes["office"], world.scopes["hq"]
    key = services.take_in(session, vault, office, world.intake(), now=NOW).id
    services.take_in(session, vault, office, world.intake(1, kind=Kind.HELP), now=NOW)
    assert (services.count_news(session, hq), services.count_news(session, office)) == (1, 0)
    services.mark_seen(session, hq, key, now=NOW)
    assert services.count_news(session, hq) == 0


def test_codes_are_head_offices_and_a_retired_one_is_given_no_more(
    session: Session, vault: Vault, world: World
) -> None:
    hq, office = world.scopes["hq"], world.scopes["office"]
    code = {
        "class_": ComplaintClass.FEES,
        "code": "fees.heating",
        "label_zh": "供暖费",
        "label_en": "Heating",
        "department": "finance",
        "now": NOW,
    }
    with pytest.raises(NotAllowedError):
        services.save_code(session, office, **code)
    services.save_code(session, hq, **code)
    services.take_in(session, vault, office, world.intake(code="fees.heating"), now=NOW)
    services.retire_code(session, hq, "fees.heating", now=NOW)
    with pytest.raises(FieldError):
        services.take_in(session, vault, office, world.intake(1, code="fees.heating"), now=NOW)
    with pytest.raises(FieldError):
        services.save_code(session, hq, **{**code, "department": "nobody"})
