"""What a format cannot say or had to guess: data with a place, and every sentence about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much a loss matters."""

    LOST = "lost"  # gone: not in the file, or not in the draft
    ALONE = "alone"  # kept in our own columns; other tools leave it out
    GUESSED = "guessed"  # the file does not say it; somebody must look
    REFUSED = "refused"  # cannot be read at all


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: sheet, row from 1, and heading or letter of the column; parts may be empty."""

    sheet: str = ""
    row: int = 0
    column: str = ""


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing a format cannot say, or that had to be guessed.

    Attributes:
        level: How much it matters.
        code: What it is; a key of the sentences.
        subject: Item, section or path it is about.
        place: Cell of the file it was read from.
        data: Words and numbers the sentence needs.
    """

    level: Level
    code: str
    subject: str = ""
    place: Place = NOWHERE
    data: Mapping[str, str | int] = field(default_factory=dict)


class ExchangeError(ValueError):
    """A file cannot be read as a questionnaire at all; carries what and where."""

    def __init__(self, *losses: Loss) -> None:
        self.losses = losses
        super().__init__(losses)


# code: (English, Chinese); placeholders are the keys of `Loss.data`.
SENTENCES: dict[str, tuple[str, str]] = {
    # Leaving.
    "comes_back_different": (
        "Read back, this is not the same. Check it in the draft.",
        "再读回来时与原来不同。请在草稿中核对。",
    ),
    "blocks_alone": (
        "Which areas a home is asked by its block: other tools ask every home everything.",
        "按区组分配方面：其他工具会向每户问全部内容。",
    ),
    "offer_alone": (
        "Statements in turn ({count} for each home): other tools ask all {all}.",
        "陈述轮换（每户 {count} 条）：其他工具会问全部 {all} 条。",
    ),
    "low_rating_alone": (
        "A low rating opens the details of an area: other tools do not do this.",
        "打低分会追问该方面的细项：其他工具不会。",
    ),
    "elder_alone": (
        "The short large-text form: other tools have one form only.",
        "大字简版：其他工具只有一种问卷。",
    ),
    "required_section": (
        "At least one answer on this page: other tools require all or none.",
        "本页至少答一题：其他工具只能全部必答或全部选答。",
    ),
    "satisfied_alone": (
        "Which points count as satisfied.",
        "哪些分值计入满意率。",
    ),
    "roles_alone": (
        "What every item measures, with factor, element, complaint class and departments.",
        "每题测量什么，以及因子、要素、投诉类别和责任部门。",
    ),
    "texts_alone": (
        (
            "The words around the questions (start page, thanks), promised minutes and "
            "what makes a response valid."
        ),
        "题目以外的文字（首页、致谢）、承诺的分钟数和有效答卷的条件。",
    ),
    "roles_lost": (
        "What every item measures is not in this format: a copy read back must be sorted anew.",
        "这种格式写不出每题测量什么：读回来后要重新归类。",
    ),
    "blocks_lost": (
        "The block design is left out: every home is asked everything.",
        "没有区组设计：每户都问全部内容。",
    ),
    "offer_lost": (
        "Statements are not asked in turn: every home is asked all {all}.",
        "陈述不轮换：每户都问全部 {all} 条。",
    ),
    "low_rating_lost": (
        "A low rating no longer opens the details of an area.",
        "打低分不再追问细项。",
    ),
    "elder_lost": ("There is no short large-text form.", "没有大字简版。"),
    "satisfied_lost": ("Which points count as satisfied is not kept.", "不保留哪些分值算满意。"),
    "texts_lost": (
        (
            "The words around the questions, promised minutes and the rule of a valid response "
            "are left out."
        ),
        "没有题目以外的文字、承诺的分钟数和有效答卷的条件。",
    ),
    "reverse_lost": (
        "That this statement is worded the other way round is not kept.",
        "不保留“反向表述”的标记。",
    ),
    "wish_lost": (
        "“Whoever writes a comment says who may reply” is not enforced.",
        "不再要求“写了意见就选择由谁联系”。",
    ),
    "order_lost": (
        "“Least is not above ideal” is not asked about again.",
        "不再核对“底线高于理想”的情况。",
    ),
    "exclusive_lost": (
        "“{word}” no longer stands alone among the ticks.",
        "“{word}”不再与其他选项互斥。",
    ),
    "code_shortened": ("Called “{code}” in the file.", "在文件中叫“{code}”。"),
    "language_named": (
        "The language “{language}” is called “{code}” there.",
        "语言“{language}”在那里叫“{code}”。",
    ),
    "condition_dangling": (
        "The condition “{word}” points to nothing and is left out.",
        "条件“{word}”没有对应的选项，已略去。",
    ),
    # Coming in.
    "no_sheet": (
        "There is no sheet “{sheet}”. An XLSForm has the sheets survey and choices.",
        "没有工作表“{sheet}”。XLSForm 要有 survey 和 choices 两张表。",
    ),
    "no_column": (
        "The column “{word}” is missing in the first row.",
        "第一行缺少“{word}”这一列。",
    ),
    "no_questions": ("The file has no questions.", "文件里没有题目。"),
    "not_utf8": ("The file is not UTF-8. Save it as UTF-8.", "文件不是 UTF-8。请另存为 UTF-8。"),
    "too_large": (
        "The file is too large: at most {limit} rows are read.",
        "文件太大：最多读 {limit} 行。",
    ),
    "unreadable_row": (
        "This row cannot be read: a quotation mark is not closed, or a cell is too long.",
        "这一行读不出来：引号没有成对，或单元格过长。",
    ),
    "unreadable_workbook": (
        "The workbook is damaged, locked or too large. Save it again as XLSX without a password.",
        "工作簿已损坏、加密或过大。请另存为不加密的 XLSX。",
    ),
    "unclosed_group": (
        "This group has no end_group.",
        "这个分组没有 end_group。",
    ),
    "stray_end": ("This end_group closes nothing.", "这个 end_group 没有对应的分组。"),
    "unknown_list": (
        "The list “{word}” is not in the sheet choices.",
        "choices 表中没有选项表“{word}”。",
    ),
    "no_type": ("This row has no type and was left out.", "这一行没有 type，已略去。"),
    "type_lost": (
        "Questions of type “{word}” do not exist here. It was left out.",
        "这里没有“{word}”类型的题目，已略去。",
    ),
    "note_lost": (
        "A line of text without a question was left out.",
        "没有题目的一行文字已略去。",
    ),
    "repeat_lost": (
        "Repeated groups do not exist here; it is asked once.",
        "这里没有重复分组，只问一次。",
    ),
    "condition_lost": (
        (
            "The condition “{word}” cannot be kept: only “an option of the experience question is "
            "ticked” can. It is always asked now."
        ),
        "条件“{word}”无法保留：这里只支持“经历题中勾选了某项”。现在一律会问。",
    ),
    "constraint_lost": (
        "The rule “{word}” for the answer is not kept.",
        "对答案的限制“{word}”没有保留。",
    ),
    "condition_halved": (
        (
            "Two conditions must hold here. Only the inner one can be kept; the outer one, "
            "“{word}”, is lost."
        ),
        "这里要同时满足两个条件，只能保留里层的；外层条件“{word}”没有保留。",
    ),
    "cell_lost": (
        "This column is not read. Lost: {word}",
        "不读取这一列，未保留：{word}",
    ),
    "sheet_lost": (
        "The sheet “{word}” is not read.",
        "没有读取工作表“{word}”。",
    ),
    "required_lost": (
        "It was a required question; here only a whole page can be required.",
        "原为必答题；这里只能整页设为必答。",
    ),
    "other_lost": (
        "“Other, please specify” has no text field here; the option “other” is kept.",
        "这里没有“其他，请注明”的填写栏，只保留“其他”选项。",
    ),
    "default_lost": (
        "A preset answer is not kept: nothing is ticked beforehand here.",
        "不保留预填的答案：这里不会预先勾选。",
    ),
    "role_guessed": (
        "The file does not say what this measures. Taken as “{word}”; please check.",
        "文件没有说明这题测量什么，暂作“{word}”。请核对。",
    ),
    "unknown_role": (
        "“{word}” is no role. Use one of: {allowed}.",
        "没有“{word}”这种角色。可用：{allowed}。",
    ),
    "role_does_not_fit": (
        "A question of this form cannot measure “{word}”.",
        "这种形式的题目不能测量“{word}”。",
    ),
    "area_missing": (
        "“{word}” needs the area it is about (column x_area).",
        "“{word}”需要写明方面（x_area 列）。",
    ),
    "code_changed": ("Renamed to “{code}”.", "改名为“{code}”。"),
    "one_name_per_area": (
        "The area “{word}” has different names in the file. The first one is kept.",
        "方面“{word}”在文件中有不同的名称，只保留第一个。",
    ),
    "wording_differs": (
        (
            "The question “{word}” is worded differently from area to area. "
            "One wording for all is kept."
        ),
        "“{word}”这一问在各方面的问法不同，只保留一种问法。",
    ),
    "scales_differ": (
        "Other answers than before in the same question block. Those of the first are kept.",
        "同一组题目的选项不一致，只保留第一种。",
    ),
    "kind_guessed": (
        "The file does not say what kind of survey it is. Taken as a customer-perception survey.",
        "文件没有说明问卷种类，暂作业主意见调查。",
    ),
    "language_guessed": (
        "The column “{word}” does not say its language. Taken as {language}.",
        "“{word}”列没有写明语言，暂作 {language}。",
    ),
    "filled_in": (
        "The file does not say this. A placeholder stands in the draft: {word}.",
        "文件没有写，草稿里先填了：{word}。",
    ),
    "departments_guessed": (
        "No department is named. “service” stands in the draft.",
        "没有写责任部门，草稿里先填“service”。",
    ),
    "handbook_guessed": (
        "Factor, element and complaint class are not named; the draft holds the first of each.",
        "没有写因子、要素和投诉类别，草稿里先各填第一种。",
    ),
    "tolerance_incomplete": (
        "Not every area asks “{word}”; the draft asks it of all.",
        "不是每个方面都问“{word}”；草稿里各方面都会问。",
    ),
    "points_counted": (
        "The answers have no numbers. They were numbered from the first, as the worst.",
        "选项没有分值，已按顺序编号，第一项作最差。",
    ),
    "value_lost": (
        "“{word}” cannot be understood here and was left out.",
        "这里看不懂“{word}”，已略去。",
    ),
}


def say(loss: Loss, language: str) -> str:
    """Say a loss to people, without its place."""
    sentence = SENTENCES[loss.code][language.startswith("zh")]
    return sentence.format_map(dict(loss.data))


def place_words(place: Place, language: str) -> str:
    """Name a cell: sheet, row and column; empty for nothing."""
    if not place.row and not place.sheet:
        return ""
    if language.startswith("zh"):
        parts = [place.sheet, f"第 {place.row} 行" if place.row else "", place.column]
        return " ".join(part for part in parts if part)
    parts = [place.sheet, f"row {place.row}" if place.row else "", place.column]
    return ", ".join(part for part in parts if part)
