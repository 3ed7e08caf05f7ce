"""Forms of letters and messages."""

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.widgets import HiddenInput

from app.i18n import OWN_NAMES
from app.i18n import gettext as _
from app.surveys.campaign.contact.models import ContactChannel
from app.surveys.distribution.models import BatchForm, HandoverKind, RunKind, SendChannel
from app.surveys.distribution.printed.handovers import DELIVERY, LONGEST_NAME
from app.surveys.distribution.rules import USUAL_CAP
from app.surveys.distribution.wishes import LONGEST_NOTE
from app.web.fields import at_most, between, chosen, filled
from app.web.forms import Form
from app.web.hq.messages_words import (
    channel_name,
    delivery_name,
    form_name,
    handover_name,
    kind_name,
)

ALL = "all"


class RunForm(Form):
    """A new run: what, how, to whom."""

    kind = SelectField(validators=[chosen], validate_choice=False)
    channel = SelectField(validators=[chosen], validate_choice=False)
    community = SelectField(validators=[chosen], validate_choice=False)
    cap = IntegerField(validators=[filled, between(1, 9)], default=USUAL_CAP)

    def offer(self, communities: list[tuple[int, str]]) -> None:
        """Fill the lists in the language of the page."""
        self.kind.choices = [(kind.value, kind_name(kind)) for kind in RunKind]
        self.channel.choices = [
            (channel.value, channel_name(channel)) for channel in reversed(SendChannel)
        ]
        self.community.choices = [
            (ALL, _("All communities")),
            *[(str(key), name) for key, name in communities],
        ]


class ApproveForm(Form):
    """When an approved run goes out, Beijing time."""

    planned_at = DateTimeLocalField(format="%Y-%m-%dT%H:%M", validators=[filled])


class PrintForm(Form):
    """Printed matter to be made."""

    form = SelectField(validators=[chosen], validate_choice=False)
    kind = SelectField(validators=[chosen], validate_choice=False)
    language = SelectField(validators=[chosen], validate_choice=False)

    def offer(self) -> None:
        """Fill the lists in the language of the page."""
        self.form.choices = [(form.value, form_name(form)) for form in BatchForm]
        self.kind.choices = [(kind.value, kind_name(kind)) for kind in RunKind]
        self.language.choices = list(OWN_NAMES.items())


class HandoverForm(Form):
    """A line of the hand-over book."""

    building = SelectField(validators=[chosen], validate_choice=False)
    kind = SelectField(validators=[chosen], validate_choice=False)
    pieces = IntegerField(validators=[filled, between(1, 99_999)])
    person = StringField(validators=[filled, at_most(LONGEST_NAME)])
    happened_on = DateField(validators=[filled])
    sure = BooleanField()
    seen = IntegerField(widget=HiddenInput(), default=0)  # the latest line when the page was made

    def offer(self, buildings: list[tuple[str, str]]) -> None:
        """Fill the lists in the language of the page."""
        self.building.choices = buildings
        self.kind.choices = [
            (kind.value, handover_name(kind))
            for kind in (HandoverKind.HANDED_OUT, HandoverKind.BROUGHT_BACK)
        ]


class DeliveredForm(Form):
    """A whole building whose letters arrived."""

    building = SelectField(validators=[chosen], validate_choice=False)
    channel = SelectField(validators=[chosen], validate_choice=False)

    def offer(self, buildings: list[tuple[str, str]]) -> None:
        """Fill the lists in the language of the page."""
        self.building.choices = buildings
        self.channel.choices = [(way.value, delivery_name(way)) for way in DELIVERY]

    @property
    def way(self) -> ContactChannel:
        """Return how the letters arrived."""
        return ContactChannel(self.channel.data)


class OptOutForm(Form):
    """A home that wants no more reminders."""

    community = SelectField(validators=[chosen], validate_choice=False)
    building = StringField(validators=[filled, at_most(16)])
    room = StringField(validators=[filled, at_most(24)])
    note = StringField(validators=[at_most(LONGEST_NOTE)])

    def offer(self, communities: list[tuple[int, str]]) -> None:
        """Fill the list of communities."""
        self.community.choices = [(str(key), name) for key, name in communities]
