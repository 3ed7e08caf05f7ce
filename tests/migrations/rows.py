"""One row or more in every table, written through the models."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from app.followup.history.models import (
    CaseCapacity,
    CaseEvent,
    CaseEventKind,
    CaseNote,
    CaseSheet,
    ContactUndo,
    Praise,
)
from app.followup.models import (
    Alarm,
    AlarmKind,
    CaseList,
    ContactRecord,
    FollowUp,
    Outcome,
    Problem,
    ProblemComment,
    PublicAnswer,
    Reply,
    ReplyRating,
    ReplyVerdict,
    Source,
    Stage,
)
from app.followup.papers.models import Paper, PaperKind
from app.followup.problems.models import (
    CommentCode,
    CommentCoding,
    CorrectiveAction,
    ItemGap,
    Promise,
    Quote,
    Remedy,
    SharedAnswer,
    SharedProblem,
)
from app.followup.published.models import (
    AnswerPosting,
    AnswerProgress,
    BoardCode,
    Bulletin,
    Poster,
    PosterKind,
    ProgressKind,
)
from app.followup.review.models import ReviewDecision, ReviewMeeting
from app.followup.visits.models import (
    PictureKind,
    Visit,
    VisitAction,
    VisitPicture,
    VisitRecord,
    VisitResult,
)
from app.installation import Installation
from app.integrations.models import (
    ApiKey,
    ApiKeyCommunity,
    ApiWrite,
    Delivery,
    DeliveryTry,
    FeedMark,
    Webhook,
    WebhookCommunity,
)
from app.jobs.models import Job
from app.reports.exports.models import ExportKind, ExportOrder, ExportPart, ExportState
from app.reports.models import (
    PartState,
    ReportFile,
    ResultHead,
    StudyPart,
    StudyRound,
    StudyRun,
)
from app.rights.models import Kept, RequestKind, Retention, RightsRequest, VaultWork
from app.service.callbacks import models as call_back_tables
from app.service.complaints import models as complaint_tables
from app.service.complaints.papers import models as complaint_papers
from app.service.repairs import models as repair_tables
from app.service.standards import models as standard_tables
from app.service.talks import models as talk_tables
from app.staff.models import (
    AuditEntry,
    LinkKind,
    LoginAttempt,
    OneTimeLink,
    RecoveryCode,
    Role,
    SecondFactor,
    SignInStep,
    Staff,
    StaffCommunity,
    StaffRegion,
    StaffSession,
)
from app.surveys.campaign.contact.models import (
    ContactChannel,
    ContactEvent,
    ContactNote,
    ReturnDay,
    Tally,
)
from app.surveys.campaign.contact.models import EventKind as ContactKind
from app.surveys.campaign.gates.models import (
    GateExtension,
    GateHold,
    RequiredChange,
    WorkKind,
    WorkPackage,
)
from app.surveys.campaign.models import (
    Campaign,
    EndedExclusion,
    Exclusion,
    ExclusionCode,
    ExclusionEnding,
    FrameMember,
    Gate,
    InstrumentVersion,
)
from app.surveys.campaign.planning.models import (
    Anchor,
    CalendarDay,
    ClashNote,
    ContextEvent,
    DayKind,
    EventKind,
    ItemChange,
    ItemFate,
    OwnersTalk,
    PlanTask,
    TalkForm,
    TaskOwner,
)
from app.surveys.distribution.models import (
    BatchForm,
    Handover,
    HandoverKind,
    LetterBatch,
    LetterFile,
    Message,
    MessageAddress,
    MessageRun,
    MessageState,
    OptOut,
    RunKind,
    RunTally,
    SendChannel,
)
from app.surveys.history.models import (
    HistoryFigure,
    HistoryFile,
    HistoryFileState,
    HistoryKind,
    HistoryMap,
    HistoryStep,
    HistoryWave,
)
from app.surveys.integrity.models import (
    AuditCall,
    AuditSample,
    FindingKind,
    FrozenPrint,
    IntegrityAppeal,
    IntegrityDecision,
    IntegrityEffect,
    IntegrityFinding,
    IntegrityMeasure,
    IntegrityScore,
    Verdict,
)
from app.surveys.market import models as market_tables
from app.surveys.paper.printing.models import (
    FormFile,
    FormOrder,
    ForWhom,
    PaperLayout,
    PaperSheet,
    SheetForm,
)
from app.surveys.paper.scans import trays
from app.surveys.paper.scans.models import (
    BatchEventKind,
    BatchState,
    ScanBatch,
    ScanBatchEvent,
    ScanCheck,
    ScanDecision,
    ScanFile,
    ScanFileState,
    ScanImage,
    ScanMove,
    ScanPage,
    ScanSheet,
)
from app.surveys.register.models import (
    Building,
    CareNeed,
    CareNeedKind,
    Community,
    FileState,
    Household,
    HouseholdEvent,
    HouseholdEventKind,
    ImportantReason,
    Person,
    Region,
    RegisterFile,
)
from app.surveys.response.interviews.models import Helper, Interview
from app.surveys.response.models import (
    AnswerCopy,
    Channel,
    Comment,
    ContactWish,
    Draft,
    Entrance,
    Origin,
    Response,
    ResponseSignal,
)
from app.surveys.response.photos.models import Photo
from app.surveys.response.voids.models import ResponseVoid, VoidReason
from app.surveys.snapshot.models import Snapshot

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
DIGEST = "d" * 64


def fill_every_table(session: Session) -> None:
    """Add rows to every table; the keys are those of the first rows of an empty database."""
    _fill_register_and_staff(session)
    _fill_campaign(session)
    _fill_plan(session)
    _fill_answers(session)
    _fill_words_to_owners(session)
    _fill_results(session)
    _fill_gates(session)
    _fill_distribution(session)
    _fill_contact(session)
    _fill_cases(session)
    _fill_visits(session)
    _fill_people(session)
    _fill_integrity(session)
    _fill_rounds(session)
    _fill_problems(session)
    _fill_rights(session)
    _fill_paper_forms(session)
    _fill_scans(session)
    _fill_history(session)
    _fill_market(session)
    _fill_exports(session)
    _fill_integrations(session)
    _fill_complaints(session)
    _fill_repairs(session)
    _fill_call_backs(session)
    _fill_complaint_papers(session)
    _fill_talks(session)

    _fill_standards(session)


def _fill_register_and_staff(session: Session) -> None:
    session.add(Installation(name="vault", value="0"))
    session.add(Community(id=1, code="YQL", name="云栖里"))
    session.add(
        Staff(id=1, login="wang", name="王", role=Role.OFFICE, password_hash="x", created_at=NOW)
    )
    session.flush()
    session.add(Building(id=1, community_id=1, code="1栋"))
    session.add(StaffCommunity(staff_id=1, community_id=1))
    session.add(StaffSession(token_hash=bytes(32), staff_id=1, created_at=NOW, seen_at=NOW))
    session.add(LoginAttempt(key="login:wang", at=NOW))
    session.add(
        AuditEntry(
            sequence=1, at=NOW, actor="system", action="x", subject="y", detail="", chain=bytes(32)
        )
    )
    session.add(Job(kind="x", payload="{}", run_after=NOW, created_at=NOW))
    session.flush()
    session.add(
        Household(id=1, uid="u", building_id=1, room="1-101", important=ImportantReason.COMMITTEE)
    )
    session.flush()
    session.add(Person(household_id=1, name_sealed=b"n", name_hash=bytes(32), added_at=NOW))
    _fill_register_history(session)


def _fill_campaign(session: Session) -> None:
    session.add(
        InstrumentVersion(digest=DIGEST, code="c", version=1, canonical="{}", published_at=NOW)
    )
    session.flush()
    session.add(
        Campaign(
            id=1,
            code="2026-11",
            title="调查",
            title_en="Survey",
            instrument_digest=DIGEST,
            opens_on=date(2026, 11, 1),
            closes_on=date(2026, 11, 20),
            created_at=NOW,
        )
    )
    session.flush()
    session.add(Gate(campaign_id=1, community_id=1, areas_offered=3))
    session.add(
        FrameMember(
            id=1,
            campaign_id=1,
            community_id=1,
            household_id=1,
            building="1栋",
            room="1-101",
            has_lift=True,
            important=True,
            pseudonym="p",
            replicate_group=3,
            block=1,
            token_hash=bytes(32),
            code_hash=bytes(32),
        )
    )
    session.flush()
    session.add(
        Exclusion(
            frame_member_id=1,
            code=ExclusionCode.VACANT,
            evidence_sealed=b"sealed",
            requested_by=1,
        )
    )
    session.add(
        EndedExclusion(
            id=1,
            frame_member_id=1,
            code=ExclusionCode.VACANT,
            evidence_sealed=b"sealed",
            requested_by=1,
            ending=ExclusionEnding.REFUSED,
            reason_sealed=b"sealed",
            ended_at=NOW,
            ended_by=1,
        )
    )


def _fill_answers(session: Session) -> None:
    session.add(
        Response(
            id=1,
            frame_member_id=1,
            idempotency_key="k",
            payload_hash=bytes(32),
            channel=Channel.PHONE,
            origin=Origin.SUBMITTED,
            language="zh-Hans",
            form="full",
            instrument_digest=DIGEST,
            vector=b"v",
            is_counted=True,
            received_at=NOW,
            receipt="ABCDEFGHJK",
        )
    )
    session.flush()
    session.add(Comment(id=1, response_id=1, texts_sealed=b"t", wish=ContactWish.OFFICE_OR_HQ))
    session.add(
        ResponseSignal(
            response_id=1,
            device_hash=bytes(32),
            network_hash=bytes(32),
            entrance=Entrance.CODE,
            started_at=NOW,
            seconds=200,
            pages=12,
            slowest=40,
            median=9,
            has_script=True,
            honeypot=False,
        )
    )
    session.add(AnswerCopy(response_id=1, language="zh-Hans", asked_at=NOW, content_sealed=b"c"))
    session.add(
        Photo(
            frame_member_id=1,
            device_hash=bytes(32),
            place=1,
            content_sealed=b"p",
            added_at=NOW,
        )
    )
    session.add(Interview(response_id=1, helped=Helper.FAMILY, began_at=NOW, ended_at=NOW))
    session.add(
        Draft(
            frame_member_id=1,
            device_hash=bytes(32),
            answers_sealed=b"a",
            language="en",
            form="full",
            updated_at=NOW,
            started_at=NOW,
            pace="{}",
            has_script=True,
            resume_hash=bytes(32),
            resume_until=NOW,
            resume_phone=bytes(32),
        )
    )
    session.add(
        FollowUp(
            id=1,
            frame_member_id=1,
            campaign_id=1,
            community_id=1,
            on_list=CaseList.COMMUNITY,
            created_at=NOW,
        )
    )
    session.flush()
    session.add(
        ContactRecord(
            follow_up_id=1,
            at=NOW,
            way="visit",
            person_sealed=b"p",
            staff_id=1,
            outcome=Outcome.SOLVED,
            result_sealed=b"r",
        )
    )
    session.add(
        Visit(frame_member_id=1, campaign_id=1, community_id=1, planned_on=date(2026, 11, 25))
    )


def _fill_words_to_owners(session: Session) -> None:
    session.add(
        Reply(id=1, comment_id=1, version=1, text_sealed=b"r", staff_id=1, published_at=NOW)
    )
    session.add(Problem(id=1, campaign_id=1, community_id=1, created_at=NOW))
    session.flush()
    session.add(ReplyRating(reply_id=1, verdict=ReplyVerdict.SO_SO, rated_at=NOW))
    session.add(
        PublicAnswer(
            problem_id=1,
            version=1,
            title="路灯",
            cause="线路老化",
            action="更换",
            responsible="工程部",
            due_on=date(2026, 12, 31),
            staff_id=1,
            published_at=NOW,
        )
    )
    session.add(ProblemComment(problem_id=1, comment_id=1, is_solved=False, said_at=NOW))
    session.add(Alarm(frame_member_id=1, kind=AlarmKind.NOT_US, said_sealed=b"s", raised_at=NOW))
    session.flush()


def _fill_results(session: Session) -> None:
    session.add(
        Snapshot(
            campaign_id=1, community_id=1, revision=1, digest=DIGEST, manifest="{}", created_at=NOW
        )
    )
    session.add(Snapshot(campaign_id=1, revision=1, digest="e" * 64, manifest="{}", created_at=NOW))
    session.flush()
    session.add(
        StudyRun(
            id=1,
            snapshot_digest=DIGEST,
            code_version="v",
            plan_digest=DIGEST,
            seed=1,
            result="{}",
            created_at=NOW,
        )
    )
    session.flush()
    session.add(ReportFile(study_run_id=1, kind="xlsx", digest=DIGEST, created_at=NOW))
    session.flush()


def _fill_register_history(session: Session) -> None:
    session.add(Region(id=1, code="HZ", name="杭州区域"))
    session.flush()
    session.add(StaffRegion(staff_id=1, region_id=1))
    session.add(
        HouseholdEvent(
            household_id=1, kind=HouseholdEventKind.MOVED_IN, on_day=date(2026, 3, 1), at=NOW
        )
    )
    session.add(
        CareNeed(
            household_id=1,
            need=CareNeedKind.LARGE_PRINT,
            since=date(2026, 3, 1),
            noted_by=1,
            noted_at=NOW,
        )
    )
    session.add(
        RegisterFile(
            name="r.csv",
            stored_as="f" * 64,
            size=1,
            state=FileState.CHECKED,
            staff_id=1,
            created_at=NOW,
        )
    )


def _fill_gates(session: Session) -> None:
    session.add_all(
        [
            GateHold(gate_id=1, placed_at=NOW, placed_by=1, reason_sealed=b"r"),
            GateExtension(
                gate_id=1,
                until=date(2026, 11, 27),
                reason_sealed=b"r",
                decided_at=NOW,
                decided_by=1,
            ),
            RequiredChange(
                campaign_id=1,
                before_permille=600,
                after_permille=650,
                reason_sealed=b"r",
                changed_at=NOW,
                changed_by=1,
            ),
            WorkPackage(gate_id=1, kind=WorkKind.STATISTICS, started_at=NOW),
            ResponseVoid(
                response_id=1,
                reason=VoidReason.TRIAL,
                note_sealed=b"n",
                voided_at=NOW,
                voided_by=1,
                was_counted=True,
            ),
        ]
    )
    session.flush()


def _fill_plan(session: Session) -> None:
    session.add(
        PlanTask(
            campaign_id=1,
            key="launch",
            anchor=Anchor.LAUNCH,
            offset_days=0,
            due_on=date(2026, 11, 2),
            owner=TaskOwner.HEAD_OFFICE,
            staff_id=1,
            done_at=NOW,
            done_by=1,
        )
    )
    session.add(
        OwnersTalk(
            id=1,
            campaign_id=1,
            held_on=date(2026, 10, 12),
            form=TalkForm.GROUP,
            place="物业服务中心",
            participants=8,
            minutes_sealed=b"m",
            recorded_by=1,
            recorded_at=NOW,
        )
    )
    session.flush()
    session.add(
        ItemChange(
            campaign_id=1,
            item="Q0100",
            fate=ItemFate.KEPT,
            why="x",
            talk_id=1,
            recorded_by=1,
            recorded_at=NOW,
        )
    )
    session.add(ClashNote(campaign_id=1, key="gaokao:2026", reason="x", seen_by=1, seen_at=NOW))
    session.add(CalendarDay(day=date(2030, 1, 1), kind=DayKind.HOLIDAY, name="元旦"))
    session.add(
        ContextEvent(
            community_id=1,
            kind=EventKind.FEE_CHANGE,
            starts_on=date(2026, 10, 1),
            ends_on=date(2026, 10, 1),
            note="x",
            recorded_by=1,
            recorded_at=NOW,
        )
    )
    session.flush()


def _fill_distribution(session: Session) -> None:
    session.add(
        MessageRun(
            id=1,
            campaign_id=1,
            kind=RunKind.REMINDER_1,
            channel=SendChannel.SMS,
            cap=2,
            made_by=1,
            made_at=NOW,
        )
    )
    session.flush()
    session.add(RunTally(run_id=1, community_id=1, building="1栋", what="planned", count=1))
    session.add(Message(run_id=1, frame_member_id=1, state=MessageState.PLANNED, moved_at=NOW))
    session.add(
        LetterBatch(
            id=1,
            campaign_id=1,
            community_id=1,
            run_id=1,
            form=BatchForm.LETTER,
            kind=RunKind.LAUNCH,
            language="zh-Hans",
            asked_by=1,
            asked_at=NOW,
        )
    )
    session.flush()
    session.add(
        LetterFile(batch_id=1, building="1栋", homes=1, pages=2, digest=DIGEST, made_at=NOW)
    )
    session.add(
        Handover(
            campaign_id=1,
            community_id=1,
            building="1栋",
            kind=HandoverKind.HANDED_OUT,
            pieces=1,
            happened_on=date(2026, 11, 2),
            staff_id=1,
            recorded_at=NOW,
        )
    )
    session.add(OptOut(household_id=1, staff_id=1, since=NOW))
    session.add(
        MessageAddress(household_id=1, channel=SendChannel.EMAIL, address_sealed=b"a", added_at=NOW)
    )
    session.flush()


def _fill_contact(session: Session) -> None:
    session.add(
        ContactEvent(
            id=1,
            frame_member_id=1,
            at=NOW,
            kind=ContactKind.DELIVERED,
            channel=ContactChannel.HAND,
            staff_id=1,
            key="k",
        )
    )
    session.flush()
    session.add(ContactNote(event_id=1, text_sealed=b"n"))
    session.add(Tally(campaign_id=1, community_id=1, building="1栋", members=1, returned=1))
    session.add(ReturnDay(campaign_id=1, community_id=1, day=date(2026, 11, 2), returned=1))
    session.flush()


def _fill_cases(session: Session) -> None:
    session.add(
        CaseEvent(
            id=1,
            follow_up_id=1,
            kind=CaseEventKind.CONTACT,
            at=NOW,
            staff_id=1,
            stage=Stage.ACCEPTED,
            contact_id=1,
        )
    )
    session.add(
        CaseCapacity(community_id=1, callers=3, calls_a_day=20, changed_by=1, changed_at=NOW)
    )
    session.add(
        Praise(
            follow_up_id=1,
            campaign_id=1,
            community_id=1,
            staff_id=1,
            department="cleaning",
            said_at=NOW,
            said_by=1,
        )
    )
    session.add(CaseSheet(campaign_id=1, filters="", language="en", asked_by=1, asked_at=NOW))
    session.flush()
    session.add(CaseNote(event_id=1, text_sealed=b"n"))
    session.add(ContactUndo(contact_id=1, staff_id=1, at=NOW))
    session.flush()


def _fill_people(session: Session) -> None:
    session.add(
        OneTimeLink(
            staff_id=1,
            kind=LinkKind.INVITATION,
            token_hash=bytes(32),
            made_by=1,
            made_at=NOW,
            expires_at=NOW,
        )
    )
    session.add(SecondFactor(staff_id=1, secret_sealed=b"s", started_at=NOW))
    session.add(RecoveryCode(staff_id=1, code_hash=bytes(32)))
    session.add(SignInStep(token_hash=bytes(32), staff_id=1, password_hash="x", made_at=NOW))
    session.flush()


def _fill_integrity(session: Session) -> None:
    place = {"campaign_id": 1, "community_id": 1}
    session.add(IntegrityMeasure(**place, measured_at=NOW, answers=1, signals="[]"))
    session.add(
        IntegrityScore(
            **place,
            revision=1,
            computed_at=NOW,
            answers=1,
            value=0.0,
            low=0.0,
            high=0.0,
            is_high=False,
            reasons="[]",
        )
    )
    session.add(
        AuditSample(
            id=1,
            **place,
            seed="s",
            answers=1,
            calls=1,
            random_calls=1,
            drawn_at=NOW,
            drawn_by=1,
            caller_id=1,
        )
    )
    session.flush()
    session.add(AuditCall(sample_id=1, response_id=1, place=1, is_random=True, items="overall"))
    session.add(
        IntegrityFinding(
            **place,
            kind=FindingKind.HANDWRITING,
            count=0,
            base=10,
            note_sealed=b"n",
            recorded_at=NOW,
            recorded_by=1,
        )
    )
    session.add(
        IntegrityDecision(
            id=1,
            **place,
            verdict=Verdict.ACCEPT,
            reason_sealed=b"r",
            voided=0,
            decided_at=NOW,
            decided_by=1,
        )
    )
    session.flush()
    session.add(IntegrityAppeal(decision_id=1, text_sealed=b"t", made_at=NOW, made_by=1))
    session.add(
        IntegrityEffect(
            **place,
            computed_at=NOW,
            base=1,
            answers=1,
            flagged=0,
            contradicted=0,
            answers_without=1,
        )
    )
    session.add(FrozenPrint(**place, revision=1, snapshot_digest=DIGEST, prints="A", made_at=NOW))
    session.flush()


def _fill_visits(session: Session) -> None:
    session.add(
        VisitRecord(
            id=1,
            visit_id=1,
            key="k",
            result=VisitResult.VISITED,
            at=NOW,
            place="home",
            person_sealed=b"p",
            staff_id=1,
            matter_sealed=b"m",
            outcome_sealed=b"o",
            recorded_at=NOW,
        )
    )
    session.flush()
    session.add(VisitPicture(record_id=1, kind=PictureKind.PHOTO, content_sealed=b"j"))
    session.add(
        VisitAction(
            record_id=1,
            visit_id=1,
            community_id=1,
            what_sealed=b"w",
            responsible="工程部",
            due_on=date(2026, 12, 1),
        )
    )
    session.add(
        ReviewMeeting(
            id=1,
            campaign_id=1,
            held_on=date(2026, 12, 10),
            place="总部",
            people_sealed=b"p",
            minutes_sealed=b"m",
            noted_by=1,
            noted_at=NOW,
        )
    )
    session.flush()
    session.add(
        ReviewDecision(
            meeting_id=1,
            number=1,
            what_sealed=b"w",
            responsible="工程部",
            due_on=date(2026, 12, 31),
        )
    )
    session.add(
        Paper(
            kind=PaperKind.MINUTES,
            about='{"meeting":1}',
            name="minutes",
            language="en",
            staff_id=1,
            asked_at=NOW,
        )
    )
    session.flush()


def _fill_rounds(session: Session) -> None:
    session.add(
        ResultHead(
            study_run_id=1,
            campaign_id=1,
            community_id=1,
            region="",
            revision=1,
            n=3,
            base=5,
            returned=3,
            standing="suppressed",
            change_said="",
        )
    )
    session.add(StudyRound(id=1, campaign_id=1, asked_by=1, asked_at=NOW, slices=0))
    session.flush()
    session.add(StudyPart(round_id=1, community_id=1, state=PartState.WAITING, tries=0, problem=""))
    session.flush()


def _fill_problems(session: Session) -> None:
    where = {"campaign_id": 1, "community_id": 1}
    coded = {"comment_id": 1, "frame_member_id": 1, **where}
    who = {"staff_id": 1}
    session.add(CommentCoding(suggested="[]", alike=1, made_at=NOW, **coded))
    session.add(CommentCode(code="facilities.lift_stop", is_suggested=True, at=NOW, **who, **coded))
    session.add(
        SharedProblem(
            id=1,
            place=1,
            code="facilities.lift_stop",
            why="[]",
            households=1,
            returned=1,
            found_at=NOW,
            changed_at=NOW,
            **where,
        )
    )
    session.add(
        Promise(
            id=1,
            item="facilities",
            text="p",
            source="s",
            made_on=date(2026, 11, 2),
            recorded_at=NOW,
            **who,
        )
    )
    session.flush()
    session.add(SharedAnswer(shared_problem_id=1, problem_id=1))
    session.add(
        ItemGap(
            place=1, item="facilities", gap=1, remedy=Remedy.FIX, note="", at=NOW, **who, **where
        )
    )
    session.add(
        CorrectiveAction(
            title="t",
            item="facilities",
            gap=1,
            remedy=Remedy.FIX,
            responsible="r",
            due_on=date(2026, 11, 2),
            promise_id=1,
            shared_problem_id=1,
            recorded_at=NOW,
            **who,
            **where,
        )
    )
    session.add(
        Quote(
            comment_id=1,
            code="facilities.lift_stop",
            text_sealed=b"q",
            is_company_only=False,
            released_at=NOW,
            **who,
            **where,
        )
    )
    session.add(
        AnswerProgress(problem_id=1, kind=ProgressKind.DAY_30, text="t", published_at=NOW, **who)
    )
    session.add(
        AnswerPosting(problem_id=1, place="p", posted_on=date(2026, 11, 2), recorded_at=NOW, **who)
    )
    session.add(Bulletin(version=1, content="{}", published_at=NOW, **who, **where))
    session.add(BoardCode(community_id=1, code="abc"))
    session.add(Poster(kind=PosterKind.ANSWERS, size="a4", asked_at=NOW, **where))
    session.flush()


def _fill_rights(session: Session) -> None:
    session.add(
        RightsRequest(
            kind=RequestKind.ERASE,
            household_id=1,
            uid="u",
            community_id=1,
            reason_sealed=b"r",
            asked_by=1,
            asked_at=NOW,
        )
    )
    session.add(Retention(campaign_id=1, what=Kept.NOTES, days=400, changed_at=NOW))
    session.add(VaultWork(id=2))  # 1 would open frozen rows
    session.flush()


def _fill_integrations(session: Session) -> None:
    session.add(
        ApiKey(
            name="k",
            staff_id=1,
            token_hash=b"t" * 32,
            scopes="cases:read",
            all_communities=False,
            per_minute=60,
            made_by=1,
            made_at=NOW,
            expires_at=NOW,
        )
    )
    session.add(
        Webhook(
            name="w",
            address="https://a.example/",
            secret_sealed=b"s",
            topics="case",
            all_communities=False,
            made_by=1,
            made_at=NOW,
            on_since=NOW,
        )
    )
    session.add(FeedMark(source="case", last=1, gaps="[]"))
    session.flush()
    session.add(ApiKeyCommunity(key_id=1, community_id=1))
    session.add(WebhookCommunity(webhook_id=1, community_id=1))
    session.add(ApiWrite(key_id=1, name="n", digest=b"d" * 32, status=201, answer="{}", at=NOW))
    session.add(
        Delivery(
            webhook_id=1,
            name="msg_1",
            source="case",
            source_id=1,
            kind="case.step",
            subject="case:1",
            body="{}",
            made_at=NOW,
            next_at=NOW,
        )
    )
    session.flush()
    session.add(DeliveryTry(delivery_id=1, at=NOW, status=200, problem="", millis=1))
    session.flush()


def _fill_exports(session: Session) -> None:
    made = ExportOrder(
        number="X0123456789",
        kind=ExportKind.ANSWERS,
        state=ExportState.MADE,
        campaign_id=1,
        community_id=1,
        forms="csv sav",
        language="zh-Hans",
        reason_sealed=b"r",
        staff_id=1,
        role="head_office",
        asked_at=NOW,
        ended_at=NOW,
        problem="",
        snapshot_digest="0" * 64,
        digest="1" * 64,
        size=1,
        rows=1,
        places="1",
        fetched=0,
    )
    session.add(made)
    session.flush()
    session.add(ExportPart(order_id=made.id, number=0, digest="2" * 64))
    session.flush()


def _fill_history(session: Session) -> None:
    session.add(
        HistoryFile(
            name="f",
            stored_as="s",
            size=1,
            digest="d" * 64,
            state=HistoryFileState.READ,
            problem="",
            instrument_digest="i",
            staff_id=1,
            created_at=NOW,
        )
    )
    session.add(
        HistoryMap(
            name="m",
            version=1,
            digest="d" * 64,
            content="c",
            instrument_digest="i",
            staff_id=1,
            created_at=NOW,
        )
    )
    session.flush()
    session.add(
        HistoryWave(
            code="2024-06",
            title="t",
            closes_on=date(2024, 6, 30),
            kind=HistoryKind.ANSWERS,
            file_name="f",
            file_digest="d" * 64,
            map_id=1,
            map_digest="d" * 64,
            instrument_digest="i",
            manifest="{}",
            manifest_digest="d" * 64,
            loss_sealed=b"l",
            staff_id=1,
            entered_at=NOW,
            removed_reason="",
        )
    )
    session.flush()
    session.add(
        HistoryFigure(
            wave_id=1,
            community_id=1,
            region="",
            n=1,
            base=1,
            standing="full",
            how="{}",
            result="",
        )
    )
    session.add(
        HistoryStep(
            community_id=1,
            region="",
            wave_id=1,
            before="2023-11",
            measure="index",
            said="noise",
            made_at=NOW,
        )
    )
    session.flush()


def _fill_paper_forms(session: Session) -> None:
    """Write a layout, an order, its file and one sheet."""
    session.add(
        PaperLayout(
            key="ABC123",
            instrument_digest=DIGEST,
            form=SheetForm.FULL,
            block=0,
            areas_offered=3,
            language="zh-Hans",
            version=1,
            pages=2,
            geometry="{}",
        )
    )
    where = {"campaign_id": 1, "community_id": 1}
    session.add(
        FormOrder(
            id=1,
            form=SheetForm.FULL,
            whom=ForWhom.ONE,
            frame_member_id=1,
            language="zh-Hans",
            copies=1,
            asked_by=1,
            asked_at=NOW,
            **where,
        )
    )
    session.flush()
    session.add(FormFile(order_id=1, building="1", sheets=1, pages=4, digest="0", made_at=NOW))
    session.add(
        PaperSheet(
            id=1,
            number=2**45 - 1,
            frame_member_id=1,
            order_id=1,
            layout_key="ABC123",
            copy=1,
            form=SheetForm.FULL,
            language="zh-Hans",
            printed_at=NOW,
            **where,
        )
    )
    session.flush()


def _fill_scans(session: Session) -> None:
    """Write a batch with one page; the sheet it is of stands in the tables of printed forms."""
    who = {"staff_id": 1}
    session.add(
        ScanBatch(
            id=1,
            campaign_id=1,
            community_id=1,
            sheets_counted=1,
            state=BatchState.OPEN,
            opened_by=1,
            opened_at=NOW,
        )
    )
    session.flush()
    session.add(
        ScanBatchEvent(batch_id=1, kind=BatchEventKind.REOPENED, note_sealed=b"n", at=NOW, **who)
    )
    session.add(
        ScanFile(
            id=1,
            batch_id=1,
            name="a.pdf",
            digest="d" * 64,
            stored_as="s" * 64,
            size=1,
            state=ScanFileState.READ,
            pages=1,
            uploaded_by=1,
            uploaded_at=NOW,
        )
    )
    session.flush()
    session.add(
        ScanPage(
            id=1,
            batch_id=1,
            file_id=1,
            number=1,
            tray=trays.Tray.ACCEPTED,
            sheet_id=1,
            frame_member_id=1,
            page=1,
            slot="1:1",
            reading_sealed=b"r",
            taken_at=NOW,
        )
    )
    session.flush()
    session.add(ScanImage(page_id=1, content_sealed=b"i"))
    session.add(
        ScanDecision(
            page_id=1,
            field="overall",
            verdict=trays.Verdict.CHOSEN,
            values_sealed=b"v",
            at=NOW,
            **who,
        )
    )
    session.add(ScanMove(page_id=1, was="doubtful", tray=trays.Tray.ACCEPTED, at=NOW, **who))
    session.add(
        ScanSheet(
            sheet_id=1,
            frame_member_id=1,
            campaign_id=1,
            community_id=1,
            batch_id=1,
            round=1,
            seen_note_sealed=b"n",
        )
    )
    session.flush()
    session.add(
        ScanCheck(
            sheet_id=1,
            frame_member_id=1,
            campaign_id=1,
            community_id=1,
            drawn_at=NOW,
            differing_sealed=b"d",
        )
    )
    session.flush()


def _fill_market(session: Session) -> None:
    m = market_tables
    session.add(m.MarketQuestionnaire(digest="q", instrument="{}", cards="{}", published_at=NOW))
    session.flush()
    session.add(
        m.MarketSurveyRow(
            code="M1",
            title="t",
            title_en="t",
            market="m",
            agency="a",
            opens_on=date(2026, 11, 2),
            closes_on=date(2026, 11, 20),
            state=m.MarketState.CLOSED,
            questionnaire="q",
            seed=1,
            least_interviews=150,
            least_communities=10,
            elder_percent=20,
            check_percent=10,
            made_by=1,
            made_at=NOW,
            opened_by=1,
            opened_at=NOW,
            closed_at=NOW,
        )
    )
    session.flush()
    session.add(m.MarketAgent(survey_id=1, staff_id=1, is_supervisor=True))
    own = m.ProviderKind.OWN
    session.add(m.MarketProvider(survey_id=1, code="own", name="n", name_en="n", kind=own))
    session.flush()
    session.add(
        m.MarketPlace(survey_id=1, provider_id=1, name="p", city="c", fee=2.0, age=3.0, area=4.0)
    )
    session.flush()
    session.add(
        m.MarketInterview(
            survey_id=1,
            place_id=1,
            number="A1",
            interviewer="i",
            started_at=NOW,
            ended_at=NOW + timedelta(minutes=10),
            is_elder=True,
            source=m.InterviewSource.FILE,
            answers="{}",
            delivered_by=1,
            delivered_at=NOW,
        )
    )
    session.add(
        m.MarketDraft(
            survey_id=1,
            staff_id=1,
            number="F1",
            started_at=NOW,
            saved_at=NOW,
            answers_sealed=b"d",
        )
    )
    session.add(
        m.MarketSnapshot(
            survey_id=1, revision=1, digest="s", manifest="{}", interviews=1, created_at=NOW
        )
    )
    session.flush()
    session.add(
        m.MarketCheck(
            interview_id=1,
            phone_sealed=b"p",
            drawn_at=NOW,
            outcome=m.CheckOutcome.NOT_REACHED,
            done_by=1,
            done_at=NOW,
        )
    )
    session.add(m.MarketRun(snapshot_id=1, code_version="c", result="{}", created_at=NOW))
    session.flush()
    session.add(m.MarketFile(run_id=1, kind="pdf-en", digest="d", created_at=NOW))
    session.flush()


def _fill_complaints(session: Session) -> None:
    m = complaint_tables
    code = "facilities.lift"  # the step brings it along
    case = FollowUp(
        id=20,  # the first row took its key itself, so a sequence begins at it once more
        community_id=1,
        household_id=1,
        on_list=CaseList.COMMUNITY,
        source=Source.COMPLAINT,
        is_led_elsewhere=True,
        created_at=NOW,
    )
    session.add(case)
    session.add(m.ComplaintSetting(name="repeat_days", value=90, changed_by=1, changed_at=NOW))
    session.add(m.ComplaintSeries(series="A", year=2026, last=1))
    session.add(
        m.ComplaintGroup(
            community_id=1, sub_code=code, on_list=CaseList.COMMUNITY, suggested_at=NOW
        )
    )
    session.flush()
    session.add(
        m.Complaint(
            follow_up_id=case.id,
            number="A-2026-0001",
            community_id=1,
            household_id=1,
            channel=m.Channel.LETTER,
            level=m.Level.QUALITY,
            name_sealed=b"n",
            contact_sealed=b"c",
            text_sealed=b"t",
            received_at=NOW,
            clock_from=NOW,
            due_on=date(2026, 11, 5),
            due_at=NOW + timedelta(days=3),
            group_id=1,
        )
    )
    session.flush()
    session.add(
        m.ComplaintStep(follow_up_id=case.id, round=1, step=m.Step.RECORD, at=NOW, staff_id=1)
    )
    session.add(
        m.ComplaintRound(follow_up_id=case.id, round=1, clock_from=NOW, due_at=NOW, ended_at=NOW)
    )
    session.add(
        m.ComplaintExtension(
            follow_up_id=case.id,
            round=1,
            old_due_on=date(2026, 11, 5),
            new_due_on=date(2026, 11, 6),
            contact_id=1,
            at=NOW,
            staff_id=1,
        )
    )
    session.add(
        m.ComplaintEscalation(
            follow_up_id=case.id,
            level=m.Level.QUALITY,
            reason=m.EscalationReason.BY_HAND,
            at=NOW,
            staff_id=1,
        )
    )
    session.flush()


def _fill_call_backs(session: Session) -> None:
    m = call_back_tables
    complaint_id = session.query(complaint_tables.Complaint).first().follow_up_id
    monday, month = date(2026, 10, 26), date(2026, 10, 1)
    about = {"complaint_id": complaint_id, "round": 1}
    kind = {"kind": m.CallKind.COMPLAINT, "community_id": 1, "month": month}
    session.add(m.CallBackWeek(monday=monday, drawn_at=NOW))
    session.add(
        m.CallBackDraw(
            community_id=1,
            monday=monday,
            order_ids="[1]",
            orders=1,
            drawn=1,
            commitment="0" * 64,
            seed_sealed=b"s",
            drawn_at=NOW,
        )
    )
    session.add(m.CallBack(**kind, **about, due_on=monday, made_at=NOW, draft_sealed=b"d"))
    session.add(
        m.CallBackLink(
            **kind,
            **about,
            token_hash=b"t" * 32,
            made_at=NOW,
            expires_at=NOW + timedelta(days=14),
            moved_at=NOW,
        )
    )
    session.add(
        m.CallBackAnswer(
            **kind,
            **about,
            way=m.Way.LINK,
            at=NOW,
            instrument_digest=DIGEST,
            answers="{}",
            words_sealed=b"w",
            is_first=True,
        )
    )
    session.flush()
    session.add(
        m.CallBackTry(call_id=1, at=NOW, staff_id=1, result=m.CallResult.NO_ANSWER, key="k" * 16)
    )
    session.add(m.CallBackEffect(**about, answer_id=1, effect="reopen", at=NOW))
    session.flush()


def _fill_complaint_papers(session: Session) -> None:
    m = complaint_papers
    case = {"follow_up_id": session.query(complaint_tables.Complaint).first().follow_up_id}
    place, month = {"community_id": 1}, {"month": date(2026, 10, 1)}
    made = {"made_by": 1, "made_at": NOW}
    written = {"written_by": 1, "written_at": NOW}
    words = {"causes": "c", "measures": "m", "learnt": "l"}
    session.add(m.CorrectionPlan(id=1, **case, **place, content_sealed=b"c", **made))
    session.add(
        m.CorrectiveReport(id=1, **case, **place, version=1, content_sealed=b"c", **written)
    )
    told = {"title": "t", "cause": "c"}
    session.add(m.Announcement(id=1, **told, happened="h", measures="m", demand="d", **written))
    taught = {"situation": "s", "handling": "h", "lesson": "l", "questions": "q"}
    session.add(m.TrainingCase(id=1, **told, class_code="fees", **taught, **written))
    session.add(m.MonthDraft(**place, **month, **words, saved_by=1, saved_at=NOW))
    session.add(
        m.MonthReport(
            **place,
            **month,
            **words,
            version=1,
            figures="{}",
            digest="d" * 64,
            due_on=date(2026, 11, 4),
            issued_by=1,
            issued_at=NOW,
        )
    )
    session.add(
        m.ComplaintPrint(
            kind=m.PrintKind.RECORD, about_id=1, name="n", language="en", staff_id=1, asked_at=NOW
        )
    )
    session.flush()
    session.add(
        m.CorrectionAction(
            plan_id=1, number=1, what_sealed=b"w", responsible="r", due_on=date(2026, 11, 5)
        )
    )
    session.add(
        m.CorrectiveSignature(
            report_id=1,
            signed_as=m.SignedAs.WRITER,
            staff_id=1,
            signed_at=NOW,
            content_hash=bytes(32),
        )
    )
    session.add(m.AnnouncementSource(announcement_id=1, **case))
    session.add(m.AnnouncementRead(announcement_id=1, staff_id=1, read_at=NOW))
    session.add(m.TrainingSource(training_case_id=1, **case))
    session.flush()


def _fill_standards(session: Session) -> None:
    m = standard_tables
    session.add(
        m.Loss(
            kind=m.LossKind.CUSTOMER,
            community_id=1,
            household_id=1,
            who_sealed=b"w",
            happened_on=date(2026, 3, 1),
            reason=m.LossReason.PRICE,
            words_sealed=b"w",
            monthly_fen=1,
            damage_fen=None,
            won_back_on=date(2026, 4, 1),
            won_words_sealed=b"w",
            staff_id=1,
            recorded_at=NOW,
        )
    )
    session.add(
        m.ServiceStandard(
            community_id=1,
            text="t",
            text_en="t",
            operator=m.Operator.AT_LEAST,
            target_milli=1,
            unit=m.Unit.PERCENT,
            origin=m.Origin.HANDBOOK,
            valid_from=date(2026, 1, 1),
            staff_id=1,
            created_at=NOW,
        )
    )
    session.flush()
    session.add(
        m.StandardValue(
            standard_id=1,
            community_id=1,
            place=1,
            month=date(2026, 1, 1),
            value_milli=1,
            n=1,
            staff_id=1,
            entered_at=NOW,
        )
    )
    session.add(
        m.GuideItem(
            community_id=1,
            kind=m.GuideKind.FEE,
            name="n",
            valid_from=date(2026, 1, 1),
            staff_id=1,
            changed_at=NOW,
        )
    )
    session.flush()


def _fill_repairs(session: Session) -> None:
    m = repair_tables
    session.add(
        m.RepairFile(
            name="n",
            stored_as="s",
            size=1,
            state=m.RepairFileState.DONE,
            staff_id=1,
            created_at=NOW,
        )
    )
    session.flush()
    for number, state in (("A1", m.OrderState.FAILED), ("A1-R1", m.OrderState.ISSUED)):
        is_failed = state is m.OrderState.FAILED
        session.add(
            m.RepairOrder(
                community_id=1,
                household_id=1,
                number=number,
                origin=m.Origin.FILE,
                state=state,
                thing=m.Thing.LEAK,
                place=m.Place.ROOF,
                issued_at=NOW,
                done_at=NOW if is_failed else None,
                failed_at=NOW if is_failed else None,
                case_id=1,
                customer_sealed=b"c",
                file_id=1,
            )
        )
        session.flush()
    session.add(m.RepairCase(follow_up_id=1, order_id=1))
    session.add(m.RepairEvent(order_id=1, kind=m.RepairEventKind.MADE, at=NOW))
    session.add(
        m.RepairTray(
            key=b"k" * 32,
            why="door",
            community_id=1,
            household_id=1,
            file_id=1,
            line=2,
            laid_at=NOW,
            matched_at=NOW,
            matched_by=1,
        )
    )
    session.add(m.RepairPlace(words="w", community_id=1, made_by=1, made_at=NOW))
    session.add(m.RepairFlag(order_id=1, community_id=1, flag=m.Flag.NOBODY_CAME, raised_at=NOW))
    session.add(
        m.SpecialVisit(
            community_id=1,
            order_id=1,
            rework_id=2,
            follow_up_id=1,
            opened_at=NOW,
            due_at=NOW + timedelta(hours=24),
        )
    )
    session.add(
        m.DefectWatch(
            order_id=1,
            community_id=1,
            household_id=1,
            is_outside=True,
            responsible_id=1,
            started_on=date(2026, 1, 1),
            days="7",
            made_at=NOW,
        )
    )
    session.flush()
    session.add(
        m.DefectInspection(
            watch_id=1,
            community_id=1,
            due_on=date(2026, 1, 8),
            reason=m.InspectionReason.PLANNED,
        )
    )
    session.add(m.RepairPrint(watch_id=1, language="en", staff_id=1, asked_at=NOW))
    session.add(m.RepairMonth(community_id=1, month=date(2026, 1, 1)))
    session.add(m.RepairCount(community_id=1, month=date(2026, 1, 1), thing=m.Thing.LEAK))
    session.flush()


def _fill_talks(session: Session) -> None:
    m = talk_tables
    month, day = date(2026, 10, 1), date(2026, 10, 21)
    made = {"made_by": 1, "made_at": NOW}
    session.add(
        m.TalkMonth(
            community_id=1, month=month, state=m.MonthState.HELD, held_on=day, opened_at=NOW
        )
    )
    session.add(
        m.Activity(
            community_id=1,
            kind=m.ActivityKind.OPEN_DAY,
            title="t",
            held_on=day,
            place="p",
            **made,
        )
    )
    session.add(
        m.OutsideContact(
            kind=m.OutsideKind.STREET,
            organisation="o",
            person_sealed=b"p",
            phone_sealed=b"p",
            changed_by=1,
            changed_at=NOW,
        )
    )
    session.add(
        m.AuthorityReport(
            addressee=m.Addressee.STREET,
            first_month=month,
            last_month=month,
            version=1,
            words="",
            content="{}",
            digest="d",
            **made,
        )
    )
    session.add(
        m.TalkPrint(kind=m.PrintKind.TALK, subject_id=1, language="en", asked_by=1, asked_at=NOW)
    )
    session.flush()
    session.add(
        m.CommitteeTalk(
            month_id=1,
            community_id=1,
            held_on=day,
            place="p",
            committee_count=1,
            representative_count=0,
            people_sealed=b"p",
            staff_sealed=b"s",
            subjects="fees",
            minutes_sealed=b"m",
            noted_by=1,
            noted_at=NOW,
        )
    )
    session.add(
        m.TalkAbsence(
            month_id=1,
            reason=m.AbsenceReason.DECLINED,
            words_sealed=b"w",
            evidence_sealed=b"e",
            said_by=1,
            said_at=NOW,
        )
    )
    session.add(m.ActivityHome(activity_id=1, household_id=1))
    session.add(
        m.ForumOpinion(
            follow_up_id=1,
            community_id=1,
            place=m.ForumPlace.FORUM,
            said_on=day,
            mark=b"m" * 32,
            text_sealed=b"t",
            due_on=day,
            entered_by=1,
            entered_at=NOW,
        )
    )
    session.flush()
    session.add(
        m.TalkOpinion(
            community_id=1,
            talk_id=1,
            voice=m.Voice.COMMITTEE,
            department="service",
            case_id=20,
            text_sealed=b"t",
            said_by=1,
            said_at=NOW,
        )
    )
    session.flush()
