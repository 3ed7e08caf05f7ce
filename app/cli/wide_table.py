"""Asymmetric drivers, ordered models, factors, path model and further pictures as tables."""

from collections.abc import Sequence

from app.analysis.results.asymmetry import ContrastResult, OrdinalResult, PenaltyReward
from app.analysis.results.drivers import DriversResult
from app.analysis.results.pictures import PicturesResult
from app.analysis.results.scales import FactorsResult, ModelResult
from app.analysis.results.study import StudyResult
from app.cli.table_words import difference_text, joined, p_text, share_text, title
from app.cli.text_table import table
from app.i18n import gettext as _
from app.reports.wording import NOTHING, Names, estimate_text, number, percent, quadrant_name

Lines = list[str]


def wide_lines(result: StudyResult, names: Names) -> list[Lines]:
    """Return the tables of the wide sections that a study has; nothing for those it has not."""
    parts: list[Lines] = []
    if result.contrast is not None:
        parts.append(_contrast(result.contrast, names))
    parts += [_box_drivers(one, names) for one in result.box_drivers]
    parts += [_ordinal(one, names) for one in result.ordinal]
    if result.factors is not None:
        parts.append(_factors(result.factors, names))
    if result.model is not None:
        parts.append(_model(result.model))
    if result.pictures is not None:
        parts.append(_pictures(result.pictures, names))
    return parts


def _refused(code: str, n: int) -> str:
    return _("Not computed ({reasons}); n = {n}.", reasons=_refusal(code), n=n)


def _refusal(code: str) -> str:
    """Say why a section is not computed."""
    return {
        "no_rows": _("answers household by household are needed"),
        "withheld": _("a community's answers to an item are left out"),
        "no_outcome": _("there is no overall item"),
        "few_rows": _("too few households answered all of it"),
        "few_in_level": _("a group has fewer than 10 answers"),
        "few_in_box": _("fewer than 30 households inside or outside the box"),
        "few_pairs": _("too few households answered both items of a pair"),
        "few_per_item": _("too few households for so many items"),
        "no_terms": _("there is nothing to compare by"),
        "no_pairs": _("the columns were not counted together"),
        "one_category": _("nearly all gave the same answer"),
        "singular": _("items or groups that cannot be told apart"),
        "separated": _("an item or a group decides the answer alone"),
        "not_finite": _("a question without common answers, or answered alike by all"),
        "indefinite": _("the correlations contradict each other"),
        "items": _("too few items"),
        "model": _("blocks and paths make no model"),
        "no_convergence": _("no solution was found"),
    }.get(code, code)


def _kind(item: PenaltyReward) -> str:
    """Say the class of an item, or why there is none."""
    if item.kind is None:
        return {
            "few_rows": _("no class: fewer than 300 households"),
            "few_low": _("no class: hardly any low ratings"),
            "few_high": _("no class: hardly any high ratings"),
            "wrong_sign": _("no class: a sign is wrong"),
            "weak": _("no class: too weak"),
        }.get(item.reason or "", NOTHING)
    others = [_kind_word(one) for one in item.possible if one != item.kind]
    said = _kind_word(item.kind)
    if not others:
        return said
    return _("{word}; may also be {others}", word=said, others=joined(others))


def _kind_word(kind: str) -> str:
    return {
        "frustrator": _("frustrator"),
        "dissatisfier": _("dissatisfier"),
        "hybrid": _("hybrid"),
        "satisfier": _("satisfier"),
        "delighter": _("delighter"),
    }.get(kind, kind)


def _contrast(result: ContrastResult, names: Names) -> Lines:
    lines = [title(_("Penalty and reward"))]
    if result.refusal is not None:
        return [*lines, _refused(result.refusal, result.n)]
    head = [_("Area"), _("Low"), _("High"), _("Penalty"), _("Reward"), _("Asymmetry"), _("Class")]
    rows = [
        [
            names.short(one.code),
            percent(one.low_share),
            percent(one.high_share),
            difference_text(one.penalty, 2),
            difference_text(one.reward, 2),
            difference_text(one.asymmetry, 2),
            _kind(one),
        ]
        for one in result.items
    ]
    explained = NOTHING if result.r_squared is None else estimate_text(result.r_squared, 2)
    return [
        *lines,
        *table(head, rows, words=(0, -1)),
        _("R² {value}; n = {n}", value=explained, n=result.n),
        _("A class is a hypothesis: another choice of boxes may give another one."),
    ]


def _box_drivers(drivers: DriversResult, names: Names) -> Lines:
    box = drivers.outcome.rpartition(".")[2]
    heading = {
        "top": _("What tells the most satisfied from the others"),
        "bottom": _("What tells the least satisfied from the others"),
    }.get(box, drivers.outcome)
    if drivers.source is None:
        why = joined(_refusal(code) for code in drivers.refusals)
        return [title(heading), _("Not computed ({reasons}); n = {n}.", reasons=why, n=drivers.n)]
    head = [_("Area"), "n", _("Derived share"), _("Stated share"), "r"]
    rows = [
        [
            names.short(one.code),
            str(one.n),
            share_text(one.share),
            percent(one.stated, 1),
            number(one.correlation, 2),
        ]
        for one in drivers.items
    ]
    return [title(heading), *table(head, rows)]


def _ordinal(result: OrdinalResult, names: Names) -> Lines:
    heading = {
        "items": _("Odds of a better overall rating, by one point of an item"),
        "segments": _("Odds of a better overall rating, by group"),
    }.get(result.about, result.about)
    if result.refusal is not None:
        return [title(heading), _refused(result.refusal, result.n)]
    tests = {one.term: one for one in result.parallel}
    base = dict(result.base)
    rows = []
    for one in result.terms:
        name = names.short(one.term) if one.term in names.areas else one.term
        if one.level or one.term in base:
            against = _("{level} against {base}", level=one.level or NOTHING, base=base[one.term])
            name = f"{name}: {against}"
        test = tests.get(one.term)
        p = p_text(None if test is None else test.p_adjusted)
        rows.append([name, str(one.n), estimate_text(one.odds_ratio, 2), p])
    head = [_("Item"), "n", _("Odds ratio"), _("Parallel lines, p")]
    lines = [title(heading), *table(head, rows)]
    if result.parallel_fails:
        lines.append(_("One odds ratio hides that a term acts differently below and above."))
    return lines


def _factors(result: FactorsResult, names: Names) -> Lines:
    lines = [title(_("What the ratings have in common"))]
    if result.refusal is not None:
        lines.append(_refused(result.refusal, result.n))
    if result.items:
        numbers = [_("Factor {number}", number=k + 1) for k in range(result.factors)]
        head = [_("Area"), "KMO", _("Uniqueness"), *numbers]
        rows = [
            [
                names.short(one.code),
                number(one.kmo, 2),
                number(one.uniqueness, 2),
                *(number(value, 2) for value in one.loadings),
            ]
            for one in result.items
        ]
        lines += table(head, rows)
    if result.kmo is not None:
        first = percent(result.first_component)
        said = _("KMO {kmo}; first component {share}; n = {n}", kmo=number(result.kmo, 2),
                 share=first, n=result.n)  # fmt: skip
        lines.append(said)
    if result.halo:
        lines.append(_("Everything is rated alike, so shares lie close together."))
    if result.unsuitable:
        lines.append(_("The ratings have hardly anything in common: no factors to be read."))
    if result.on_border:
        lines.append(_("One item is explained entirely: do not trust these factors."))
    return lines


def _model(result: ModelResult) -> Lines:
    lines = [title(_("Path model"))]
    if result.refusal is not None:
        return [*lines, _refused(result.refusal, result.n)]
    head = [_("Latent variable"), _("Index 0-100"), "R²", _("Note")]
    rows = [
        [
            one.name,
            NOTHING if one.index is None else estimate_text(one.index),
            number(one.r_squared, 2),
            _("an item has the wrong sign") if one.wrong_sign else "",
        ]
        for one in result.latent
    ]
    paths = [
        [f"{one.source} → {one.target}", difference_text(one.coefficient, 2)]
        for one in result.paths
    ]
    return [
        *lines,
        *table(head, rows, words=(0, -1)),
        "",
        *table([_("Path"), _("Coefficient")], paths),
    ]


def _pictures(result: PicturesResult, names: Names) -> Lines:
    """Return one table of places; an item that a picture lacks has none there."""
    slack = {one.code: _zone_word(one.zone) for one in result.slack}
    ipga = {one.code: _place(one.quadrant) for one in result.ipga}
    ipca = {
        one.code: _("on the line") if one.on_the_line else _standing_word(one.quadrant)
        for one in result.ipca
    }
    diagonal = {one.code: _place(one.place) for one in result.diagonal}
    pictures = {"Slack": slack, "IPGA": ipga, "IPCA": ipca, _("Diagonal"): diagonal}
    shown = {name: places for name, places in pictures.items() if places}
    codes = list(dict.fromkeys(code for places in shown.values() for code in places))
    if not codes:
        return []
    rows = [_row(code, list(shown.values()), names) for code in codes]
    head = [_("Area"), *shown]
    return [
        title(_("Places in further pictures")),
        *table(head, rows, words=tuple(range(len(head)))),
    ]


def _row(code: str, pictures: Sequence[dict[str, str]], names: Names) -> list[str]:
    return [names.short(code), *(places.get(code, NOTHING) for places in pictures)]


def _place(quadrant: str | None) -> str:
    return _("on the line") if quadrant is None else quadrant_name(quadrant, said=True)


def _zone_word(zone: str) -> str:
    return {
        "urgent": _("urgent action"),
        "improve": _("improve"),
        "appropriate": _("appropriate"),
        "excess": _("more than needed"),
    }.get(zone, zone)


def _standing_word(quadrant: str | None) -> str:
    return {
        "solid_advantage": _("solid advantage"),
        "head_to_head": _("ahead, but short of what matters"),
        "null_advantage": _("enough, but behind"),
        "urgent_action": _("urgent action"),
    }.get(quadrant or "", _("on the line"))
