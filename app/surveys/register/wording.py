"""What an import says to people: one sentence per problem, and the report of a dry run."""

from app.i18n import gettext as _
from app.surveys.register.errors import Problem, ProblemCode
from app.surveys.register.plan import Change, ImportPlan, PlaceChange

_SHOWN = 30


def describe_problem(problem: Problem) -> str:
    """Return a problem as a sentence that names line and column."""
    text = _sentence(problem.code).format(
        column=problem.column, value=problem.value, other=problem.other_line
    )
    if problem.line is None:
        return text
    return _("Line {line}: {text}").format(line=problem.line, text=text)


def describe(plan: ImportPlan) -> str:
    """Return the report of a dry run, several lines of text."""
    lines = [
        _("Encoding: {encoding}").format(encoding=plan.encoding),
        _("Homes in the file: {count}, important customers: {important}").format(
            count=plan.homes, important=plan.important
        ),
        _("New: {new}, changed: {changed}, unchanged: {unchanged}").format(
            new=plan.count(Change.NEW),
            changed=plan.count(Change.CHANGED),
            unchanged=plan.count(Change.UNCHANGED),
        ),
    ]
    if plan.new_communities:
        names = _listed(plan.new_communities)
        lines.append(_("New communities: {names}").format(names=names))
    if plan.changed_communities:
        names = _listed(plan.changed_communities)
        lines.append(_("Communities with changed data: {names}").format(names=names))
    if plan.places:
        lines += [describe_place(place) for place in plan.places[:_SHOWN]]
    if plan.missing:
        lines.append(
            _("In the register but not in the file: {count}").format(count=plan.missing_count)
        )
    if plan.ignored:
        names = _listed(plan.ignored)
        lines.append(_("Columns left aside: {names}").format(names=names))
    lines += [describe_problem(problem) for problem in plan.errors[:_SHOWN]]
    if plan.error_count > _SHOWN:
        rest = plan.error_count - _SHOWN
        lines.append(_("And {count} more problems.").format(count=rest))
    if plan.errors:
        lines.append(_("Nothing was changed."))
    return "\n".join(lines)


def describe_place(place: PlaceChange) -> str:
    """Return what changes at a community or building: what it was and what it will be."""
    where = f"{place.community} {place.building}".rstrip()
    if place.field == "retired_on":
        return _("{where}: was retired on {old}, comes back").format(where=where, old=place.old)
    words = {"yes": _("yes"), "no": _("no")} if place.field == "lift" else {}
    return _("{where}: {field} {old} → {new}").format(
        where=where,
        field=place_field(place.field),
        old=words.get(place.old, place.old) or "—",
        new=words.get(place.new, place.new) or "—",
    )


def place_field(field: str) -> str:
    """Return the word for something of a community or building."""
    return {
        "name": _("Name"),
        "city": _("City"),
        "office": _("Office"),
        "office_phone": _("Office phone"),
        "region": _("Region"),
        "handed_over_on": _("Handed over"),
        "retired_on": _("Retired"),
        "lift": _("Lift"),
    }.get(field, field)


def _listed(names: tuple[str, ...]) -> str:
    return "、".join(names[:_SHOWN]) + ("…" if len(names) > _SHOWN else "")


def _sentence(code: ProblemCode) -> str:
    return {
        ProblemCode.NOT_CSV: _(
            "This is neither CSV nor XLSX. Save the sheet as one of them and try again."
        ),
        ProblemCode.EMPTY_FILE: _("The file is empty."),
        ProblemCode.TOO_LARGE: _("The table is too large. Split the file."),
        ProblemCode.UNDECODABLE: _(
            "Characters that cannot be read as {value}. Save the file as UTF-8 and try again."
        ),
        ProblemCode.BROKEN_QUOTES: _("A quotation mark is opened and not closed."),
        ProblemCode.TOO_MANY_CELLS: _("More cells than the first line has columns."),
        ProblemCode.MISSING_COLUMN: _("The column {column} is missing."),
        ProblemCode.DOUBLE_COLUMN: _("The column {column} stands here twice."),
        ProblemCode.EMPTY_CELL: _("The cell of column {column} is empty."),
        ProblemCode.TOO_LONG: _("The cell of column {column} is too long."),
        ProblemCode.DUPLICATE_HOME: _("The home {value} stands in line {other} already."),
        ProblemCode.CONTRADICTION: _("{column} says {value}, but line {other} says otherwise."),
        ProblemCode.BAD_REASON: _(
            "{column} says {value}, which is none of the known reasons for an important customer."
        ),
        ProblemCode.BAD_LIFT: _("{column} says {value}. Write yes or no."),
        ProblemCode.BAD_PHONE: _("{column} must hold one phone number, or nothing."),
        ProblemCode.BAD_DATE: _("{column} says {value}. Write a day like 2026-03-01."),
        ProblemCode.LOCKED_SHEET: _("The workbook has a password. Take it off and try again."),
        ProblemCode.DAMAGED_SHEET: _("The workbook cannot be read. Save it anew and try again."),
        ProblemCode.MERGED_HOME: _(
            "This home is part of another one now: {value}. Take the line out of the file, or take"
            " the home back on its own page first."
        ),
        ProblemCode.NAME_TAKEN: _("Another community has this name: {value}. Check the code."),
        ProblemCode.NO_LINES: _("There is no line below the headings."),
        ProblemCode.BUSY: _("Other workbooks are being read. Try again in a minute."),
    }[code]
