"""Checks of form fields whose messages are in the reader's language, not in that of the import."""

from collections.abc import Callable

from wtforms import Field
from wtforms import Form as PlainForm
from wtforms.validators import StopValidation, ValidationError

from app.i18n import gettext as _

Check = Callable[[PlainForm, Field], None]


def filled(_form: PlainForm, field: Field) -> None:
    """Refuse an empty field, blanks included.

    Raises:
        StopValidation: Nothing was filled in; a value that cannot be read keeps its own message.
    """
    if isinstance(field.data, str) and field.data.strip():
        return
    if field.data is None or isinstance(field.data, str):
        is_unreadable = field.data is None and _was_given(field)
        field.errors = []  # instead of the library's own sentence, in the language of its import
        raise StopValidation(
            _("This cannot be read; please check it.")
            if is_unreadable
            else _("Please fill this in.")
        )


def readable(_form: PlainForm, field: Field) -> None:
    """Allow an empty field, but refuse one that was filled in and cannot be read.

    Raises:
        StopValidation: The text is no date or number.
    """
    field.errors = []
    if not _was_given(field):
        raise StopValidation
    if field.data is None:
        raise StopValidation(_("This cannot be read; please check it."))


def chosen(form: PlainForm, field: Field) -> None:
    """Refuse a choice that was not made, or that was not offered.

    Raises:
        StopValidation: No offered option was chosen.
    """
    if not field.data:
        field.errors = []
        raise StopValidation(_("Please choose one."))
    offered(form, field)


def offered(_form: PlainForm, field: Field) -> None:
    """Refuse a value that was not among the options.

    Raises:
        StopValidation: The value was not offered.
    """
    if field.data not in {value for value, _words in field.choices}:
        field.errors = []
        raise StopValidation(_("Please choose one."))


def at_most(length: int) -> Check:
    """Return a check that refuses texts longer than `length` characters."""

    def check(_form: PlainForm, field: Field) -> None:
        if field.data and len(field.data) > length:
            raise ValidationError(
                _("At most {count} characters; this has {given}.").format(
                    count=length, given=len(field.data)
                )
            )

    return check


def between(low: int, high: int) -> Check:
    """Return a check that refuses numbers outside `low` to `high`."""

    def check(_form: PlainForm, field: Field) -> None:
        if field.data is not None and not low <= field.data <= high:
            raise ValidationError(
                _("A number from {low} to {high}, please.").format(low=low, high=high)
            )

    return check


def _was_given(field: Field) -> bool:
    return any(str(part).strip() for part in field.raw_data or ())


def sent_before() -> str:
    """Return what to say when a form comes again with other words under the key of the first."""
    return _(
        "This form was sent before with other words. Look at what is recorded; to record this as "
        "well, send it once more."
    )


def field_problem(problem: str) -> str:
    """Return the words for a field that a service refused."""
    return {
        "empty": _("Please fill this in."),
        "too_long": _("This text is too long."),
        "in_future": _("This lies in the future."),
        "in_past": _("This date lies before the contact."),
        "too_far": _("This is more than two years away: please check the year."),
        "before_words": _("This lies before the owner's words came in."),
        "before_release": _("This lies before the release of this community."),
        "no_reply": _("This owner wishes no reply: see to the matter without contacting the home."),
    }.get(problem, _("Please choose one."))
