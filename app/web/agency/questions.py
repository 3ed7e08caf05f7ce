"""The questionnaire as blocks of a page: one order of cards for each interview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.i18n import gettext as _
from app.surveys.instrument.model import Item, Scale
from app.surveys.market import columns as c
from app.surveys.market.columns import Company
from app.surveys.market.questionnaire import Questionnaire
from app.surveys.market.rotation import turned

SECOND_CHOICE = "second_choice"
SPONTANEOUS_FIELDS = 3

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One question.

    Attributes:
        number: As the questionnaire counts it.
        title: What is asked.
        kind: choose, tick, marks, pick, picks, grid, matrix, number.
        field: Field of the answer; of a grid or matrix each row has its own.
        options: Values and words; of a grid its points.
        rows: Fields and words of a grid or matrix.
        hint: A line of help.
        ends: Words of the lowest and the highest point.
    """

    number: str
    title: str
    kind: str
    field: str = ""
    options: Options = ()
    rows: Options = ()
    hint: str = ""
    ends: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the blocks of one interview are made from.

    Attributes:
        questionnaire: Words and lists.
        companies: Of the survey.
        seed, number: Fix the order of the cards.
        language: Of the page.
    """

    questionnaire: Questionnaire
    companies: tuple[Company, ...]
    seed: int
    number: str
    language: str

    def say(self, question: str) -> str:
        """Return the words of a question of the cards."""
        return self.questionnaire.cards.question(question, self.language)

    def listed(self, name: str) -> Options:
        """Return a list of the cards."""
        return tuple(
            (one.code, one.plain(self.language)) for one in self.questionnaire.cards.lists[name]
        )

    def named(self, *, question: str) -> Options:
        """Return the companies in the order of this interview and question."""
        is_english = self.language == "en"
        names = [(one.code, (one.name_en or one.name) if is_english else one.name)
                 for one in self.companies]  # fmt: skip
        return tuple(turned(names, self.seed, self.number, question))

    def areas(self, question: str) -> list[tuple[str, str]]:
        """Return the areas in the order of this interview and question."""
        names = [
            (one.code, one.name.plain(self.language)) for one in self.questionnaire.instrument.areas
        ]
        return turned(names, self.seed, self.number, question)

    def item(self, code: str) -> Item:
        """Return an item of the instrument."""
        return self.questionnaire.instrument.item(code)

    def scale(self, item: str) -> Scale:
        """Return the scale of an item."""
        return self.questionnaire.instrument.scales[self.item(item).scale or ""]


def make_blocks(asked: Asked) -> tuple[tuple[str, tuple[Block, ...]], ...]:
    """Return the questionnaire in parts, each with its heading."""
    return (
        (_("The present home"), _present(asked)),
        (_("What matters, and what is reached"), _areas(asked)),
        (_("Fee, and other homes"), _elsewhere(asked)),
        (_("Image and needs"), _image(asked)),
        (_("Choosing"), _choice(asked)),
        (_("About the person"), _person(asked)),
    )


def _present(asked: Asked) -> tuple[Block, ...]:
    known = asked.named(question="known")
    return (
        Block("M02", asked.say("provider"), "pick", c.PROVIDER, asked.named(question="provider")),
        _profile(asked, "M03", "tenure"),
        _profile(asked, "M03", "years"),
        Block("M04", asked.say("spontaneous"), "picks", c.SPONTANEOUS, known),
        Block("M05", asked.say("known"), "tick", c.KNOWN, known),
        Block("M06", asked.say("reason"), "tick", c.REASON, asked.listed("reason")),
    )


def _areas(asked: Asked) -> tuple[Block, ...]:
    order = asked.areas("areas")
    limited = asked.areas("limits")[: asked.questionnaire.cards.limits]
    first = order[0][0]
    limits = [
        (f"{prefix}{code}", f"{name} · {words}")
        for code, name in limited
        for prefix, words in (
            (c.ADEQUATE, _("lowest acceptable")),
            (c.DESIRED, _("ideal")),
        )
    ]
    return (
        _grid(asked, "M07", _("How important is each of these when choosing a company?"),
              [(f"{c.IMPORTANCE}{code}", name) for code, name in order],
              f"tolerance.{first}.importance"),
        _grid(asked, "M08", _("What does the present company reach on each of these?"),
              [(f"{c.PERFORMANCE}{code}", name) for code, name in order],
              f"tolerance.{first}.perceived"),
        _grid(asked, "M09", asked.say("limits"), limits, f"tolerance.{first}.adequate"),
        _rated(asked, "M10", c.OVERALL),
    )  # fmt: skip


def _elsewhere(asked: Asked) -> tuple[Block, ...]:
    others = asked.named(question="elsewhere")
    points, order = asked.listed("within"), asked.areas("within")
    found = [
        Block("M11", asked.say("fee_paid"), "number", c.FEE_PAID),
        Block("M11", asked.say("fee_view"), "choose", c.FEE_VIEW, asked.listed("fee_view")),
    ]
    for source, name in (("previous", _("A previous home")), ("second", _("A second home"))):
        found.append(Block("M12", f"{name}: {asked.say('elsewhere')}", "pick", source, others))
        rows = tuple((f"{source}.{code}", words) for code, words in order)
        found.append(
            Block("M13", f"{name}: {asked.say('within')}", "grid", options=points, rows=rows)
        )
    return tuple(found)


def _image(asked: Asked) -> tuple[Block, ...]:
    statements = turned(asked.listed("image"), asked.seed, asked.number, "image")
    rows = tuple((f"{c.IMAGE}{code}", words) for code, words in statements)
    needs = tuple((f"{c.NEED}{code}", words) for code, words in asked.listed("need"))
    fit = asked.questionnaire.instrument.scales["level10"]
    return (
        Block("M14", asked.say("image"), "matrix", "", asked.named(question="image"), rows),
        Block("M15", asked.say("need"), "marks", rows=needs),
        Block("M15", asked.say("fit"), "choose", c.FIT, _points(fit, asked.language),
              ends=_ends(fit, asked.language)),
    )  # fmt: skip


def _choice(asked: Asked) -> tuple[Block, ...]:
    named = asked.named(question="choice")
    return (
        Block("M16", asked.say("first"), "pick", c.FIRST, named),
        Block("M16", asked.say("second"), "pick", SECOND_CHOICE, named),
        Block("M16", asked.say("never"), "tick", c.NEVER, named),
        _rated(asked, "M17", "vote"),
        _rated(asked, "M18", "recommend"),
    )


def _person(asked: Asked) -> tuple[Block, ...]:
    return (
        _profile(asked, "M19", c.AGE),
        _profile(asked, "M19", "household"),
        _profile(asked, "M19", "dwelling"),
        Block("M19", asked.say("built"), "number", c.BUILT),
        Block("M20", asked.say("phone"), "number", c.PHONE),
    )


def _profile(asked: Asked, number: str, column: str) -> Block:
    item = asked.item(f"profile.{column}")
    options = tuple((one.code, one.text.plain(asked.language)) for one in item.options)
    return Block(number, item.text.plain(asked.language), "choose", column, options)


def _rated(asked: Asked, number: str, code: str) -> Block:
    scale = asked.scale(code)
    title = asked.item(code).text.plain(asked.language)
    if code == c.OVERALL:
        sections = asked.questionnaire.instrument.sections
        title = next(one.text.plain(asked.language) for one in sections if one.id == code)
    return Block(number, title, "choose", code, _points(scale, asked.language),
                 ends=_ends(scale, asked.language))  # fmt: skip


def _grid(
    asked: Asked, number: str, title: str, rows: Sequence[tuple[str, str]], like: str
) -> Block:
    scale = asked.scale(like)
    return Block(
        number,
        title,
        "grid",
        options=_points(scale, asked.language),
        rows=tuple(rows),
        ends=_ends(scale, asked.language),
    )


def _points(scale: Scale, language: str) -> Options:
    worded = len(scale.points) <= 5
    found = [
        (str(point), scale.labels[point].plain(language) if worded else str(point))
        for point in scale.points
    ]
    return (*found, *((code, text.plain(language)) for code, text in scale.missing.items()))


def _ends(scale: Scale, language: str) -> tuple[str, str]:
    if len(scale.points) <= 5:
        return "", ""
    low, high = (scale.labels[scale.points[at]].plain(language) for at in (0, -1))
    return low, high


def answers_of(sent: Mapping[str, Sequence[str]], allowed: Sequence[str]) -> dict[str, str]:
    """Return the columns a form said; lists joined, the two choices as steps of the funnel.

    Args:
        sent: Field to its values.
        allowed: Columns an interviewer fills in.
    """
    said = {}
    for name in (*allowed, SECOND_CHOICE):
        values = [one.strip() for one in sent.get(name, ()) if one.strip()]
        if values:
            said[name] = ";".join(values)[:400]
    first, second = said.get(c.FIRST, ""), said.get(SECOND_CHOICE, "")
    considered = ";".join(dict.fromkeys(one for one in (first, second) if one))
    if considered:
        said[c.CONSIDERED] = considered
    return said
