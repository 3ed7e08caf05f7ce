"""Asking that a home leave the base: the same form and command at the desk and at head office."""

from datetime import datetime

from wtforms import SelectField, StringField, TextAreaField

from app.i18n import gettext as _
from app.surveys.campaign import queries, services
from app.surveys.campaign.errors import (
    AlreadyExcludedError,
    AnsweredError,
    EmptyEvidenceError,
    FrozenError,
)
from app.surveys.campaign.models import Campaign, ExclusionCode
from app.web import words
from app.web.auth import current_scope
from app.web.fields import at_most, chosen, filled
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import transaction


class ExclusionForm(Form):
    """A home that shall not be asked: where, why, and how one knows."""

    building = StringField(validators=[filled, at_most(16)])
    room = StringField(validators=[filled, at_most(24)])
    code = SelectField(validators=[chosen], validate_choice=False)
    evidence = TextAreaField(validators=[filled, at_most(500)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        names = [(code.value, words.exclusion_name(code)) for code in ExclusionCode]
        self.code.choices = [("", _("Please choose")), *names]


def answered_words(returned_at: datetime) -> str:
    """Say that a home that has answered stays in the base."""
    return _(
        "This home has answered ({date}), so somebody lives there; it stays in the base."
    ).format(date=words.beijing_day(returned_at))


def ask_for_exclusion(form: ExclusionForm, campaign: Campaign, community_id: int) -> bool:
    """Record a valid form as a request; put what is wrong at its field and return False."""
    scope = current_scope()
    with transaction() as session:
        member = queries.find_member_at(
            session,
            scope,
            campaign_id=campaign.id,
            community_id=community_id,
            building=form.building.data.strip(),
            room=form.room.data.strip(),
        )
        if member is None:
            form.room.errors = [_("There is no such home in the frame of this campaign.")]
            return False
        try:
            services.request_exclusion(
                session,
                outside().vault,
                member,
                code=ExclusionCode(form.code.data),
                evidence=form.evidence.data,
                staff_id=scope.staff_id,
                now=outside().now(),
            )
        except AlreadyExcludedError:
            form.room.errors = [_("This home was asked for before.")]
        except EmptyEvidenceError:
            form.evidence.errors = [_("Please say in words how one knows.")]
        except AnsweredError as error:
            form.room.errors = [answered_words(error.returned_at)]
        except FrozenError:
            form.room.errors = [_("The answers of this community are frozen.")]
        else:
            return True
    return False
