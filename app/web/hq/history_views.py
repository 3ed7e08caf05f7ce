"""What pages of history share: targets in the language of the page, loss reports."""

from collections.abc import Mapping, Sequence

from werkzeug.wrappers import Response

from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.campaign.queries import get_instrument
from app.surveys.history.mapping.loss import Loss
from app.surveys.history.mapping.targets import Target, targets_of
from app.web.hq import history_words
from app.web.hq.register_files import csv_answer
from app.web.transaction import reading


def targets_in(digest: str) -> dict[str, Target]:
    """Return what a questionnaire can take from a file."""
    return targets_of(get_instrument(reading(), digest), current_language())


def shown_losses(
    losses: Sequence[Loss], targets: Mapping[str, Target]
) -> list[tuple[str, list[tuple[str, Loss]]]]:
    """Return losses by kind: what happened, and to what."""
    found: dict[str, list[tuple[str, Loss]]] = {}
    for one in losses:
        what = history_words.loss_what(one, targets)
        found.setdefault(history_words.loss_word(one.kind), []).append((what, one))
    return list(found.items())


def losses_csv(losses: Sequence[Loss], targets: Mapping[str, Target], name: str) -> Response:
    """Return a loss report as a download."""
    head = (_("What"), _("Column or question"), _("Value"), _("Count"), _("Lines"))
    rows = [
        (
            history_words.loss_word(one.kind),
            history_words.loss_what(one, targets),
            one.value,
            one.count,
            " ".join(str(line) for line in one.lines),
        )
        for one in losses
    ]
    return csv_answer([head, *rows], f"{name}-loss")
