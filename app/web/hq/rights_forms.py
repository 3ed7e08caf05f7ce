"""Forms of owners' rights."""

from wtforms import HiddenField, StringField, TextAreaField

from app.web.fields import at_most, filled
from app.web.forms import Form


class DemandForm(Form):
    """What an owner told us, and what shows that it is the owner."""

    reason = TextAreaField(validators=[filled, at_most(500)])
    proof = StringField(validators=[filled, at_most(200)])


class WithdrawForm(DemandForm):
    """The campaign whose answer is taken back."""

    campaign = HiddenField(validators=[filled, at_most(16)])


class CarryOutForm(Form):
    """The address, typed by hand: nobody erases by a slip of the finger."""

    typed = StringField(validators=[filled, at_most(60)])
