"""What a report says about checks against cheating: shares and counts, never a home.

No score and no signal: a report goes to the office, which learns the decision and its reason.
"""

from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.extras import Line
from app.surveys.integrity.models import Verdict
from app.surveys.integrity.rows import CallCounts, Effect, IntegritySummary


def integrity_lines(summary: IntegritySummary | None) -> tuple[Line, ...]:
    """Return the checks of one community; one line says so where none was made.

    Args:
        summary: What is known; None while nothing is.
    """
    if summary is None:
        return (Line(_("Calls to check answers"), words.NOTHING, _("none drawn yet")),)
    lines = [*_calls(summary.calls)]
    lines.append(
        Line(_("Answers voided, for whatever reason"), str(summary.voided), _("they do not count"))
    )
    if summary.effect is not None:
        lines += _effect(summary.effect)
    lines.append(Line(_("Decision of head office"), _verdict(summary.verdict), ""))
    return tuple(lines)


def _calls(calls: CallCounts) -> list[Line]:
    if not calls.drawn:
        return [Line(_("Calls to check answers"), words.NOTHING, _("none drawn yet"))]
    lines = [
        Line(
            _("Calls to check answers: confirmed of reached"),
            f"{calls.confirmed}/{calls.reached}",
            _("{count} drawn; {other} contradicted", count=calls.drawn, other=calls.contradicted),
        )
    ]
    chances = calls.chances_reached()
    if chances and calls.random_reached:
        share, chance = chances[0]
        lines.append(
            Line(
                _("Chance that made-up answers would have been found"),
                words.percent(chance),
                _("if {share} of the answers were made up", share=words.percent(share)),
            )
        )
    return lines


def _effect(effect: Effect) -> list[Line]:
    rate = _(
        "{with_all}% / {without}%",
        with_all=words.number(effect.rate),
        without=words.number(effect.rate_without),
    )
    lines = [Line(_("Return rate with and without doubtful answers"), rate)]
    if effect.index is not None and effect.without is not None:
        both = f"{words.number(effect.index[0])} / {words.number(effect.without[0])}"
        lines.append(Line(_("Index with and without doubtful answers"), both))
    return lines


def _verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return _("open")
    return {
        Verdict.ACCEPT: _("accepted"),
        Verdict.VOID: _("single answers voided"),
        Verdict.HOLD: _("held"),
        Verdict.ANNUL: _("annulled"),
    }[verdict]
