"""How good the answers are: what was left out, how homes answered, who is missing."""

from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.exhibits.codes import mode_name
from app.reports.extras import Line


def quality_lines(result: StudyResult) -> tuple[Line, ...]:
    """Return what the frozen answers themselves say about their quality."""
    return (*_missing(result), *_inverted(result), *_modes(result), *_who(result))


def _missing(result: StudyResult) -> list[Line]:
    asked = sum(item.n + item.missing for item in result.items)
    if not asked:
        return []
    share = sum(item.missing for item in result.items) / asked
    note = _("blank or no experience, of all areas")
    return [Line(_("Ratings not given"), words.percent(share, 1), note)]


def _inverted(result: StudyResult) -> list[Line]:
    shares = [zone.inverted_share for zone in result.zones if zone.inverted_share is not None]
    if not shares:
        return []
    note = _("the area with most; these levels are dropped")
    return [Line(_("Minimum above the ideal"), words.percent(max(shares), 1), note)]


def _modes(result: StudyResult) -> list[Line]:
    if result.modes is None or result.modes.reason:
        return []
    lines = []
    for effect in result.modes.effects:
        ends = words.interval(effect.effect.low, effect.effect.high)
        value = words.signed(effect.effect.value)
        lines.append(
            Line(
                _(
                    "Overall rating {mode}, against {other}",
                    mode=mode_name(effect.mode),
                    other=mode_name(result.modes.reference),
                ),
                _("{value} ({ends})", value=value, ends=ends) if ends else value,
                _("real: beyond error") if effect.is_established else _("within error"),
            )
        )
    return lines


def _who(result: StudyResult) -> list[Line]:
    lines = []
    known = result.representativeness
    if known is not None and known.indicator is not None:
        lines.append(
            Line(
                _("How alike answering homes are to all (R, 1 = alike)"),
                words.number(known.indicator.value, 2),
                words.interval(known.indicator.low, known.indicator.high, 2),
            )
        )
    weighted = result.calibrated
    if weighted is not None and weighted.index is not None and weighted.index.value is not None:
        lines.append(
            Line(
                _("Index weighted to the known kinds of homes"),
                words.number(weighted.index.value),
                _("beside {index} as answered", index=words.number(result.index.value)),
            )
        )
    return lines
