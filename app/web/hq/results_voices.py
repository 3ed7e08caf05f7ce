"""What owners wrote about: themes by the number of homes, with the quotes head office released."""

from dataclasses import dataclass

from app.followup.problems.models import ProblemState
from app.followup.problems.queries import list_quotes, list_themes
from app.i18n import current_language
from app.i18n import gettext as _
from app.web.auth import current_scope
from app.web.hq.results_shown import Shown
from app.web.services import services
from app.web.transaction import reading

_QUOTES = 60


@dataclass(frozen=True, slots=True)
class ThemeView:
    """One theme: its name, how many homes, why it is a shared problem, and what was said on it."""

    name: str
    area: str
    households: str
    is_concentrated: bool
    why: tuple[str, ...]
    answer: str
    quotes: tuple[str, ...]


def voices_values(shown: Shown) -> dict[str, object]:
    """Return the themes of this community, with the quotes head office released."""
    session, scope = reading(), current_scope()
    place = shown.campaign.id, shown.community.id
    quotes: dict[str, list[str]] = {}
    for quote in list_quotes(session, services().vault, scope, *place, limit=_QUOTES):
        quotes.setdefault(quote.code, []).append(quote.text)
    is_english = current_language() == "en"
    themes = [
        ThemeView(
            name=theme.name_en if is_english else theme.name_zh,
            area=shown.names.short((theme.item or "").partition(".")[0]),
            households=_("fewer than 5") if theme.households is None else str(theme.households),
            is_concentrated=theme.is_concentrated,
            why=theme.why,
            answer=_answer_word(theme.public_answer_state),
            quotes=tuple(quotes.get(theme.code, ())),
        )
        for theme in list_themes(session, scope, *place)
    ]
    return {"themes": themes}


def _answer_word(state: ProblemState | None) -> str:
    if state is None:
        return ""
    if state is ProblemState.PUBLISHED or state is ProblemState.CLOSED:
        return _("answered in public")
    return _("public answer in preparation")
