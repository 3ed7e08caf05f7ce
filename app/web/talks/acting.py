"""How a form of these pages is carried out: checked, done in one transaction, told about."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash
from sqlalchemy.orm import Session

from app.followup.errors import FieldError
from app.i18n import gettext as _
from app.service.talks.errors import NotFoundError, StepError
from app.surveys.register.queries import list_communities
from app.web.auth import current_scope
from app.web.forms import Form
from app.web.talks import words
from app.web.transaction import reading, transaction


def attempt(
    form: Form,
    act: Callable[[Session], Any],
    done: str,
    *,
    fields: dict[str, str] | None = None,
) -> bool:
    """Carry a form out; False when it has to be shown once more with what is wrong.

    Args:
        form: What was sent.
        act: What to do.
        done: What to say afterwards.
        fields: Names a service gives its fields, where the form calls them otherwise.
    """
    if not form.validate():
        return False
    try:
        with transaction() as session:
            act(session)
    except NotFoundError:
        abort(404)
    except StepError:
        flash(_("Somebody else was quicker: look at what stands there now."), "error")
        return True
    except FieldError as error:
        name = (fields or {}).get(error.field, error.field)
        if name not in form:
            abort(400)
        form[name].errors = [words.problem(error.problem)]
        return False
    flash(done, "success")
    return True


def own_communities() -> list[tuple[str, str]]:
    """Return the communities of this person, by key and name, for a choice."""
    return [(str(one.id), one.name) for one in list_communities(reading(), current_scope())]
