"""Early against late answers and ways of answering as tables."""

from app.analysis.results.nonresponse import ArrivalResult, ModesResult
from app.analysis.results.study import StudyResult
from app.cli.table_words import difference_text, joined, p_text, title
from app.cli.text_table import table
from app.i18n import gettext as _
from app.reports.wording import estimate_text, percent

Lines = list[str]


def silence_lines(result: StudyResult) -> list[Lines]:
    """Return the tables of the sections about the silent that a study has."""
    parts: list[Lines] = []
    if result.arrival is not None:
        parts.append(_arrival(result.arrival))
    if result.modes is not None:
        parts.append(_modes(result.modes))
    return parts


def _refusal(code: str) -> str:
    """Say why a section is not computed."""
    return {
        "no_rows": _("answers household by household are needed"),
        "withheld": _("a community's answers to an item are left out"),
        "no_outcome": _("there is no overall item"),
        "no_base": _("the number of households is not known"),
        "no_time": _("all answers have the same time, or none"),
        "nobody_silent": _("every household answered"),
        "few_answers": _("fewer than 100 answers"),
        "few_in_part": _("a part has fewer than 30 answers"),
        "one_mode": _("only one way of answering has 30 answers"),
        "confounded": _("the ways of answering cannot be told from what is held alike"),
        "few_clusters": _("too few households"),
    }.get(code, code)


def _part(name: str) -> str:
    return {
        "first": _("first third"),
        "middle": _("middle third"),
        "last": _("last part"),
        "before_reminder": _("before the first reminder"),
        "after_reminder": _("after the first reminder"),
    }.get(name, name)


def _arrival(result: ArrivalResult) -> Lines:
    lines = [title(_("Early and late answers"))]
    if result.reason is not None or result.silent is None or result.everybody is None:
        return [*lines, _not_computed(result.reason or "", result.n)]
    head = [_("Part"), "n", _("Overall item, 0-100")]
    rows = [[_part(one.name), str(one.mean.n), estimate_text(one.mean)] for one in result.parts]
    lines += table(head, rows, words=(0,))
    if result.slope is not None:
        lines.append(
            _("Change for every further 10% of the households: {value}",
              value=difference_text(result.slope))
        )  # fmt: skip
    return [
        *lines,
        _("If the trend held, the silent would give {silent} and all households {everybody}.",
          silent=estimate_text(result.silent), everybody=estimate_text(result.everybody)),
        _("That the trend holds is an assumption and no finding; {percent} answered.",
          percent=percent(result.rate)),
    ]  # fmt: skip


def _modes(result: ModesResult) -> Lines:
    lines = [title(_("Ways of answering"))]
    if result.reason is not None:
        return [*lines, _not_computed(result.reason, result.n)]
    head = [_("Way"), "n", _("Plain difference"), _("Difference, the rest alike"), "p", _("Remark")]
    rows = [
        [
            one.mode,
            str(one.n),
            difference_text(one.plain),
            difference_text(one.effect),
            p_text(one.p_adjusted),
            _("large: do not compare its figures with others") if one.is_warned else "",
        ]
        for one in result.effects
    ]
    lines += table(head, rows, words=(0, -1))
    lines.append(_("Each against {way}; nothing is adjusted by it.", way=result.reference))
    if result.left_out:
        lines.append(_("Left out for fewer than 30 answers: {ways}", ways=joined(result.left_out)))
    return lines


def _not_computed(code: str, n: int) -> str:
    return _("Not computed ({reasons}); n = {n}.", reasons=_refusal(code), n=n)
