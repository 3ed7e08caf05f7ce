"""How good the data behind a result are: what each role may read of the checks on them."""

from dataclasses import dataclass

from app.i18n import gettext as _
from app.reports.wording import interval, number
from app.staff.models import Role
from app.surveys.integrity.queries import find_summary
from app.surveys.integrity.rows import CallCounts, Effect, IntegritySummary
from app.web.auth import current_scope
from app.web.hq.results_shown import Shown
from app.web.integrity_words import floor_percent, signal_name, verdict_name
from app.web.transaction import reading

# The office reads the decision alone: what is looked for must not be known where it happens.
_CALLS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION})
_SIGNALS = frozenset({Role.HEAD_OFFICE})


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known about the data: its name, what is known, what that means."""

    name: str
    words: str
    why: str = ""


def quality_values(shown: Shown) -> dict[str, object]:
    """Return what this person's role may read about the checks on the answers."""
    summary = find_summary(reading(), shown.campaign.id, shown.community.id)
    return {"facts": [*_answers(shown), *_checks(summary)]}


def _answers(shown: Shown) -> list[Fact]:
    """Say what the numbers of this result rest on."""
    result, manifest = shown.result, shown.stored.manifest
    facts = [
        Fact(
            _("Counted answers"),
            _("{returned} of {base} homes", returned=manifest.returned, base=manifest.base),
            _("One answer a home, checked by its code; frozen before anything was computed."),
        ),
        Fact(
            _("Replicate groups"),
            str(result.groups) if result.groups else "—",
            _("From fewer than 20 groups intervals are rough."),
        ),
    ]
    if result.zone_dropped:
        facts.append(
            Fact(
                _("Levels in the wrong order"),
                _("{count} homes", count=result.zone_dropped),
                _(
                    "Their lowest acceptable level lay above their ideal; these levels are left "
                    "out."
                ),
            )
        )
    return facts


def _checks(summary: IntegritySummary | None) -> list[Fact]:
    if summary is None:
        return [Fact(_("Checks on the answers"), _("none carried out yet"))]
    role = current_scope().role
    decided = _("not decided yet") if summary.verdict is None else verdict_name(summary.verdict)
    facts = [
        Fact(_("Head office's decision"), decided),
        Fact(_("Answers voided"), str(summary.voided), _("With a reason each; none is deleted.")),
    ]
    if role in _CALLS:
        facts += _calls(summary.calls)
        facts += _effect(summary.effect)
    if role in _SIGNALS:
        signs = [signal_name(code) for code in summary.reasons]
        words = _("; ").join(signs) if signs else _("nothing unusual beside other communities")
        facts.append(Fact(_("Unusual beside other communities"), words))
    return facts


def _calls(calls: CallCounts) -> list[Fact]:
    if not calls.drawn:
        return [Fact(_("Audit calls"), _("none drawn"))]
    words = _(
        "{drawn} drawn, {reached} reached: {confirmed} confirmed, {contradicted} contradicted",
        drawn=calls.drawn,
        reached=calls.reached,
        confirmed=calls.confirmed,
        contradicted=calls.contradicted,
    )
    chances = _("; ").join(
        _(
            "made-up answers of {share}% would be met with {chance}% probability",
            share=f"{100 * share:.0f}",
            chance=floor_percent(chance),
        )
        for share, chance in calls.chances()
    )
    return [Fact(_("Audit calls"), words, chances)]


def _effect(effect: Effect | None) -> list[Fact]:
    if effect is None or effect.index is None or effect.without is None:
        return []
    both = [
        f"{number(one[0])} ({interval(one[1], one[2])})" for one in (effect.index, effect.without)
    ]
    return [
        Fact(
            _("Index without doubtful answers"),
            _("{without} instead of {index}", without=both[1], index=both[0]),
            _(
                "{flagged} answers with several signs and {contradicted} contradicted ones left "
                "out.",
                flagged=effect.flagged,
                contradicted=effect.contradicted,
            ),
        )
    ]
