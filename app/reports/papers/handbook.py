"""Section 8 of a report: the handbook's blocks: loyalty, value, targets, evidence, facts."""

from app.analysis.results.levels import BoxResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import wording as words
from app.reports.context import ReportContext
from app.reports.extras import Line
from app.reports.papers.blocks import Block, Cell, Column, Section, Table, Text, beside

_RENEW = "renew"


def handbook(result: StudyResult, context: ReportContext) -> Section:
    """Return loyalty, customer value, targets, ISO 9000 evidence, facts and competitors."""
    blocks: list[Block] = []
    blocks += beside(_loyalty(result), [_targets(result, context)])
    value = _lines("8.2", _("Customer value"), context.extras.value)
    facts = _lines(
        "8.4",
        _("Operational facts beside what owners perceive"),
        context.extras.facts,
        _(
            "Where the records are good and the perception is not, owners need to be told, not "
            "served once more."
        ),
    )
    blocks += beside(value, [*facts, *_rivals(context)])
    blocks.append(_evidence(result, context))
    blocks.append(
        Text(
            _(
                "Own customers only: nobody who left, and no customer of another company, was "
                "asked. What they think, only a market-standing study can tell."
            ),
            "note",
        )
    )
    return Section("s8", _("Loyalty, targets and evidence"), blocks, is_new_page=False)


def _loyalty(result: StudyResult) -> list[Block]:
    rows: list[tuple[Cell, ...]] = []
    nps = result.nps
    if nps is not None and nps.score.value is not None:
        rows.append(
            (
                _("Would recommend us: promoters less detractors (NPS)"),
                words.signed(nps.score.value),
                words.interval(nps.score.low, nps.score.high),
                str(nps.n),
            )
        )
        rows += [
            (
                name,
                words.said_share(share, 1),
                words.share_interval(share, 1),
                str(nps.n),
            )
            for name, share in (
                (_("of which 9 or 10"), nps.promoters),
                (_("of which 0 to 6"), nps.detractors),
            )
        ]
    rows += _renewal(next((one for one in result.boxes if one.code == _RENEW), None))
    if not rows:
        return []
    columns = (
        Column(_("Loyalty"), "l", 3),
        Column(_("Value"), "n", 1.1),
        Column(_("95% interval"), "n", 2),
        Column("n", "n", 0.8),
    )
    note = _(
        "Keeping the contract needs more than half of the owners who vote, by homes and by floor "
        "space; this is a mood, not a vote."
    )
    return [Table("8.1", _("Recommending and keeping us"), columns, rows, note)]


def _renewal(box: BoxResult | None) -> list[tuple[Cell, ...]]:
    if box is None:
        return []
    called = {
        "satisfied": _("Would vote to keep us"),
        "top_two": _("Would vote to keep us"),
        "bottom_two": _("Would vote against"),
    }
    rows: list[tuple[Cell, ...]] = []
    for one in box.boxes:
        name = called.get(one.name)
        if name is None or one.share.value is None or any(name == row[0] for row in rows):
            continue
        rows.append(
            (
                name,
                words.said_share(one.share, 1),
                words.share_interval(one.share, 1),
                str(one.share.n),
            )
        )
    return rows


def _targets(result: StudyResult, context: ReportContext) -> Table:
    """Return target, ideal and reached; the ideal is 100 % and never anything else."""
    share = result.overall_satisfied
    cut = result.crosshair
    target = cut.performance if cut.performance_rule == "target" else None
    rows = [
        (
            _("Satisfied share"),
            words.said_share(share, 1) if share else words.NOTHING,
            words.NOTHING,
            "100%",
        ),
        (
            _("Satisfaction index"),
            words.number(result.index.value),
            words.number(target, 0),
            "100",
        ),
        (_("Return rate"), context.rate, context.required, "100%"),
        (
            _("Areas surely above the target"),
            _count_above(result, target),
            str(len(result.items)),
            str(len(result.items)),
        ),
    ]
    columns = (
        Column(_("Measure"), "l", 3),
        Column(_("Reached"), "n", 1.4),
        Column(_("Target of the company"), "n", 1.4),
        Column(_("Ideal"), "n", 1),
    )
    return Table("8.3", _("Targets"), columns, rows, _("Zero defects is the ideal, not a plan."))


def _count_above(result: StudyResult, target: float | None) -> str:
    if target is None:
        return words.NOTHING
    lows = [item.performance.low for item in result.items]
    return str(sum(low is not None and low > target for low in lows))


def _lines(number: str, title: str, lines: tuple[Line, ...], note: str = "") -> list[Block]:
    if not lines:
        return []
    columns = (Column("", "l", 3), Column(_("Value"), "n", 1.6), Column(_("Remark"), "l", 4))
    rows = [(one.label, one.value, one.note) for one in lines]
    return [Table(number, title, columns, rows, note)]


def _rivals(context: ReportContext) -> list[Block]:
    if not context.extras.rivals:
        return []
    columns = (
        Column(_("Company"), "l", 3),
        Column(_("Its index"), "n", 1.4),
        Column(_("Ours there"), "n", 1.4),
        Column(_("Reading"), "l", 3),
    )
    rows = [(one.name, one.theirs, one.ours, one.note) for one in context.extras.rivals]
    return [Table("8.5", _("Beside other companies"), columns, rows)]


def _evidence(result: StudyResult, context: ReportContext) -> Table:
    """Return where an auditor of the quality system finds what he asks for."""
    rows = [
        (
            _("Customer perception is monitored (ISO 9001, 9.1.2)"),
            _("sections 2 to 4; questionnaire {key}", key=result.instrument[:16]),
        ),
        (_("Results are analysed and evaluated (9.1.3)"), _("sections 5 and 6")),
        (_("Management review has its input (9.3.2)"), _("section 1, decisions asked for")),
        (
            _("Nonconformity and corrective action (10.2)"),
            _("section 7: measures with person, date and proof"),
        ),
        (
            _("Records can be traced (7.5)"),
            _(
                "snapshot {key}, code {code}",
                key=context.snapshot_digest[:16],
                code=context.code_version[:16],
            ),
        ),
    ]
    columns = (Column(_("What the standard asks for"), "l", 3), Column(_("Where it is"), "l", 3))
    return Table("8.6", _("Evidence for the quality system (ISO 9000)"), columns, rows)
