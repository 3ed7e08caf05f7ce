"""Words of history: states, problems, losses, targets, what a step says."""

from collections.abc import Mapping, Sequence

from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.history.errors import MapProblem
from app.surveys.history.mapping.loss import Loss, LossKind
from app.surveys.history.mapping.targets import Target
from app.surveys.history.models import HistoryFileState, HistoryKind


def file_state(state: HistoryFileState) -> str:
    """Return what is going on with an upload."""
    return {
        HistoryFileState.READING: _("Being read"),
        HistoryFileState.REFUSED: _("Cannot be entered"),
        HistoryFileState.READ: _("Waits for its columns"),
        HistoryFileState.CHECKING: _("Being checked"),
        HistoryFileState.CHECKED: _("Checked, waits for your yes"),
        HistoryFileState.ENTERING: _("Being entered"),
        HistoryFileState.ENTERED: _("Entered"),
        HistoryFileState.LEFT: _("Left"),
    }[state]


def kind_word(kind: str) -> str:
    """Return what is known of an earlier campaign."""
    return _("Answers") if kind == HistoryKind.ANSWERS else _("Printed figures")


def file_problem(code: str) -> str:
    """Say why a file cannot be read; a line may stand behind the code."""
    name, _sign, line = code.partition(":")
    words = {
        "empty": _("The file holds no rows."),
        "too_large": _("The file is too large: at most 40 MB, 200,000 rows, 600 columns."),
        "locked": _("The workbook has a password. Save it without one."),
        "damaged": _("The file is damaged, or no CSV, XLSX or SAV file."),
        "old_workbook": _("This is an old workbook (.xls). Save it as .xlsx."),
        "undecodable": _("The text cannot be read. Save the file as UTF-8."),
        "quotes": _("A quotation mark is not closed."),
        "gone": _("The upload is gone. Choose the file again."),
        "busy": _("Another file is being read. Try again in a minute."),
    }.get(name, _("Something here cannot be used."))
    return _("Line {line}: {problem}", line=line, problem=words) if line else words


def map_problem(problem: MapProblem, targets: Mapping[str, Target]) -> str:
    """Say what is to be mended in a column map or in a file of printed figures."""
    where = target_name(problem.where, targets) if problem.where in targets else problem.where
    words = {
        "unknown_target": _("{where}: the questionnaire does not ask this."),
        "unknown_column": _("The file has no column {where}."),
        "nothing_mapped": _("Choose at least the overall rating or the rating of one area."),
        "no_such_rows": _("No row of the file has {value} in the column {where}."),
        "bad_scale": _("{where}: the scale is missing or wrong ({value})."),
        "too_many_values": _(
            "{where}: too many values do not belong to the scale ({value}). The column or its "
            "scale is probably chosen wrongly."
        ),
        "bad_value": _("{where}: {value} cannot be used here."),
        "repeated_place": _("Lines {where}: one community stands there more than once ({value})."),
        "repeated_company": _(
            "Lines {where}: the whole company stands there more than once ({value}). An empty "
            "community, 全公司, 合计 and total all mean the company."
        ),
        "mixed_share": _(
            "Lines {where}: shares of at most 1 beside others above 1 ({value}). Write them all as "
            "0.72, or all as 72."
        ),
        "mean_scale": _(
            "Lines {where}: a mean of at most 10 without its scale ({value}). Write the scale "
            "beside it, such as 1-5 or 1-10."
        ),
        "unknown_community": _("The register has no community with the code {value}."),
        "not_yaml": _("This is no column map (line {where})."),
        "bad_key": _("The map says something unknown: {value}."),
    }.get(problem.code, _("{where}: {value} cannot be used here."))
    return words.format(where=where or _("File"), value=problem.value or "—")


def refusal(problems: Sequence[MapProblem]) -> str:
    """Say in one sentence why a file of printed figures was not entered."""
    codes = {one.code for one in problems}
    code = next(iter(codes)) if len(codes) == 1 else ""
    return {
        "repeated_place": _("Nothing was entered: one campaign has two rows of one community."),
        "repeated_company": _("Nothing was entered: one campaign has two rows of the company."),
        "mixed_share": _("Nothing was entered: satisfied shares are written in two ways."),
        "mean_scale": _("Nothing was entered: the scale of a mean is missing."),
    }.get(code, _("Nothing was entered: the file has to be mended first."))


def wave_problem(code: str) -> str:
    """Say why a wave cannot be entered."""
    return {
        "code_taken": _("There is a campaign with this code already. Choose another code."),
        "in_future": _("The last day lies in the future."),
        "gone": _("This campaign was removed already."),
    }.get(code, "")


def loss_word(kind: LossKind) -> str:
    """Say what was lost."""
    return {
        LossKind.ROW_OTHER: _("Row of another campaign: not taken"),
        LossKind.ROW_EMPTY: _("Row without any answer: not taken"),
        LossKind.ROW_WEIGHT: _("Row with an unusable weight: not taken"),
        LossKind.ROW_AGAIN: _("Second answer of the same home: not taken"),
        LossKind.ROW_GROUP: _("Row with an unusable replicate group: not taken"),
        LossKind.ROW_BROKEN: _("Figure that cannot be read: not taken"),
        LossKind.VALUE: _("Value outside the scale: counted as no answer"),
        LossKind.PICK: _("Choice that is no area: not taken"),
        LossKind.PLACE: _("Not a community of the register: counts for the company only"),
        LossKind.CUT: _("Cells beyond the last heading: not read"),
        LossKind.ITEM: _("Nothing in the file answers this"),
        LossKind.SCALE: _("Another scale than ours: rescaled to 0-100, not compared"),
        LossKind.REVERSED: _("Low numbers were the good ones: turned round"),
        LossKind.WORDING: _("Asked in other words: not compared"),
        LossKind.COLUMN: _("Column not taken"),
        LossKind.WEIGHTS: _("Weights joined into classes"),
        LossKind.DAY: _("Time of answering that cannot be read"),
        LossKind.SMALL: _("Fewer than 10 answers: figures not kept"),
        LossKind.LEFT_OUT: _("Community with fewer than 10 answers: in no figure of the company"),
        LossKind.LEFT_OUT_OF: _(
            "Communities with fewer than 10 answers to this: not in its company figure"
        ),
    }[kind]


def loss_what(loss: Loss, targets: Mapping[str, Target]) -> str:
    """Return what a loss is about: a question in words, else the column of the file."""
    return target_name(loss.column, targets) if loss.column in targets else loss.column


def key_name(key: str) -> str:
    """Return what a column is where it answers no question."""
    return {
        "community": _("Community"),
        "household": _("Home (unreadable once entered)"),
        "weight": _("Weight"),
        "answered": _("Time of answering"),
        "replicates": _("Replicate group"),
        "importance": _("Most important areas (names of areas)"),
    }.get(key, key)


def target_name(key: str, targets: Mapping[str, Target]) -> str:
    """Return a question in words, told apart from others about the same area."""
    target = targets.get(key)
    if target is None:
        return key_name(key)
    prefix = key.partition(".")[0]
    words = {
        "overall": _("Overall rating"),
        "performance": _("Rating: {area}"),
        "importance": _("Importance: {area}"),
        "adequate": _("Lowest acceptable: {area}"),
        "desired": _("Ideal: {area}"),
        "perceived": _("Present level: {area}"),
        "pick": _("Ticked as important: {area}"),
        "attribute": _("Statement: {area}"),
    }.get(prefix, "{area}")
    return words.format(area=area_name(target))


def area_name(target: Target) -> str:
    """Return the area of a question, or its own text where it has none."""
    return target.area.in_language(current_language()) if target.area else target.text


def group_name(prefix: str) -> str:
    """Return the heading of a group of targets."""
    return {
        "overall": _("Overall"),
        "performance": _("Ratings of areas"),
        "importance": _("Importance"),
        "adequate": _("Lowest acceptable level"),
        "desired": _("Ideal level"),
        "perceived": _("Present level"),
        "pick": _("Most important areas, one column each"),
        "attribute": _("Statements within areas"),
        "loyalty": _("Recommendation and renewal"),
    }.get(prefix, prefix)
