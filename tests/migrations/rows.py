"""One row or more in every table, written through the models."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

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
    Visit,
)
from app.installation import Installation
from app.jobs.models import Job
from app.reports.models import ReportFile, StudyRun
from app.staff.models import (
    AuditEntry,
    LoginAttempt,
    Role,
    Staff,
    StaffCommunity,
    StaffSession,
)
from app.surveys.campaign.models import (
    Campaign,
    Exclusion,
    ExclusionCode,
    FrameMember,
    Gate,
    InstrumentVersion,
)
from app.surveys.register.models import Building, Community, Household, ImportantReason, Person
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
from app.surveys.snapshot.models import Snapshot

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
DIGEST = "d" * 64


def fill_every_table(session: Session) -> None:
    """Add rows to every table; the keys are those of the first rows of an empty database."""
    _fill_register_and_staff(session)
    _fill_campaign(session)
    _fill_answers(session)
    _fill_words_to_owners(session)
    _fill_results(session)


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
