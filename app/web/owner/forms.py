"""Forms of the owner pages that do not come from the instrument."""

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from app.web.forms import Form


class PageForm(Form):
    """What travels along with the answers of a page."""

    go = HiddenField(validators=[Length(max=16)])  # "review": go back there afterwards
    order_seen = HiddenField(validators=[Length(max=1)])  # the question about the order was asked


class SubmitForm(Form):
    """Sends everything. The key makes a second tap the same answer, not another one."""

    key = HiddenField(validators=[InputRequired(), Length(min=16, max=64)])


class ReceiptForm(Form):
    """Asks about an answer by its receipt code."""

    receipt = StringField(validators=[InputRequired(), Length(max=40)])


class LeaveForm(Form):
    """Says: this is not my home. Carries nothing but its token."""
