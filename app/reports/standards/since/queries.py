"""Reads of the first document of each kind, as far as somebody may see it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.clock import beijing_date
from app.followup.models import ContactRecord, FollowUp, Problem, PublicAnswer
from app.followup.queries import countable_cases
from app.followup.review.models import ReviewMeeting
from app.followup.review.queries import visible_meetings
from app.followup.visits.models import Visit
from app.reports.models import ResultHead, StudyRun
from app.service.callbacks.models import CallBackDraw
from app.service.complaints.models import Complaint
from app.service.complaints.papers.models import (
    Announcement,
    CorrectionPlan,
    MonthReport,
    TrainingCase,
)
from app.service.complaints.queries import visible_complaints
from app.service.repairs.models import DefectWatch
from app.service.standards.models import GuideItem
from app.service.talks.models import CommitteeTalk
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, Gate, InstrumentVersion
from app.surveys.register.models import Building, Household, HouseholdEvent


def first_days(session: Session, scope: Scope) -> dict[str, date]:
    """Return the day of the first document of each kind by its name; none where there is none."""
    found = {}
    for key, query in (_of_surveys(scope) | _of_service(scope)).items():
        value = session.scalar(query)
        if isinstance(value, datetime):
            found[key] = beijing_date(value)
        elif value is not None:
            found[key] = value
    return found


def _of_surveys(scope: Scope) -> dict[str, Select[Any]]:
    opened = (
        select(func.min(Campaign.opened_at))
        .join(Gate, Gate.campaign_id == Campaign.id)
        .where(in_scope(Gate.community_id, scope), Campaign.pilot_of_id.is_(None))
    )
    result = (
        select(func.min(StudyRun.created_at))
        .join(ResultHead, ResultHead.study_run_id == StudyRun.id)
        .join(
            Gate,
            (Gate.campaign_id == ResultHead.campaign_id)
            & (Gate.community_id == ResultHead.community_id),
        )
        .where(in_scope(ResultHead.community_id.expression, scope), Gate.held_at.is_(None))
    )
    answered = (
        select(func.min(PublicAnswer.published_at))
        .join(Problem, Problem.id == PublicAnswer.problem_id)
        .where(in_scope(Problem.community_id, scope))
    )
    spoken = (
        select(func.min(ContactRecord.at))
        .join(FollowUp, FollowUp.id == ContactRecord.follow_up_id)
        .where(FollowUp.campaign_id.is_not(None), countable_cases(scope))
    )
    return {
        "questionnaire": select(func.min(InstrumentVersion.published_at)),
        "delivery": opened,
        "tables": result,
        "report": result,
        "follow_up": spoken,
        "visits": _first(Visit.visited_on, Visit.community_id, scope),
        "answers": answered,
        "minutes": select(func.min(ReviewMeeting.held_on)).where(visible_meetings(scope)),
    }


def _of_service(scope: Scope) -> dict[str, Select[Any]]:
    complaints = (
        select(func.min(Complaint.received_at))
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(visible_complaints(scope))
    )
    plans = (
        select(func.min(CorrectionPlan.made_at))
        .join(Complaint, Complaint.follow_up_id == CorrectionPlan.follow_up_id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(visible_complaints(scope))
    )
    moved = (
        select(func.min(HouseholdEvent.at))
        .join(Household, Household.id == HouseholdEvent.household_id)
        .join(Building, Building.id == Household.building_id)
        .where(in_scope(Building.community_id, scope))
    )
    guide = select(func.min(GuideItem.valid_from))
    if scope.community_ids is not None:
        guide = guide.where(
            GuideItem.community_id.is_(None) | in_scope(GuideItem.community_id.expression, scope)
        )
    return {
        # An office learns of a draw when its calls are finished.
        "call_backs": _first(CallBackDraw.finished_at, CallBackDraw.community_id, scope),
        "defects": _first(DefectWatch.made_at, DefectWatch.community_id, scope),
        "complaints": complaints,
        "complaint_months": _first(MonthReport.issued_at, MonthReport.community_id, scope),
        "correction_plan": plans,
        "corrective_action": select(func.min(Announcement.published_at)),
        "talks": _first(CommitteeTalk.held_on, CommitteeTalk.community_id, scope),
        "customer_file": moved,
        "training": select(func.min(TrainingCase.released_at)),
        "guide": guide,
    }


def _first(
    column: InstrumentedAttribute[Any], community: InstrumentedAttribute[int], scope: Scope
) -> Select[Any]:
    return select(func.min(column)).where(in_scope(community, scope))
