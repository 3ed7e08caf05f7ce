"""Words of the pages about questionnaires: roles, kinds of change, levels of loss."""

from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.instrument.exchange.difference import Weight
from app.surveys.instrument.exchange.formats import Format
from app.surveys.instrument.exchange.losses import Level, Loss, place_words, say
from app.surveys.instrument.messages import MESSAGES
from app.surveys.instrument.model import ItemRole
from app.surveys.instrument.problems import Problem


def problem_sentence(problem: Problem) -> str:
    """Say what is wrong with a questionnaire; the place stands in columns of its own."""
    sentence = MESSAGES[problem.code][current_language() != "en"]
    return sentence.format_map(dict(problem.data))


def loss_sentence(loss: Loss) -> str:
    """Say what a format lost."""
    return say(loss, _file_language())


def loss_place(loss: Loss) -> str:
    """Name the cell a loss is about; empty for none."""
    return place_words(loss.place, _file_language())


def _file_language() -> str:
    return "en" if current_language() == "en" else "zh-Hans"


def format_name(form: Format) -> str:
    """Name a format."""
    return {
        Format.YAML: _("Questionnaire file (YAML)"),
        Format.XLSFORM: _("XLSForm (ODK, KoboToolbox)"),
        Format.LIMESURVEY: _("LimeSurvey (tab-separated)"),
        Format.SURVEYJS: _("SurveyJS (JSON)"),
    }[form]


def level_name(level: Level) -> str:
    """Name a level of loss."""
    return {
        Level.LOST: _("Lost"),
        Level.ALONE: _("Only here"),
        Level.GUESSED: _("To check"),
        Level.REFUSED: _("Cannot be read"),
    }[level]


def level_sentence(level: Level) -> str:
    """Say what a level of loss means."""
    return {
        Level.LOST: _("Gone from the file or the draft."),
        Level.ALONE: _("Kept in columns of our own. Other tools do not know it."),
        Level.GUESSED: _("Changed or assumed. Somebody must look."),
        Level.REFUSED: _("Nothing was made of this file."),
    }[level]


def weight_name(weight: Weight) -> str:
    """Name what a change means."""
    return {
        Weight.BREAKING: _("Breaks the series"),
        Weight.ADDED: _("New question"),
        Weight.WORDING: _("Wording"),
        Weight.AROUND: _("Around the questions"),
    }[weight]


def change_name(kind: str) -> str:
    """Name what changed."""
    return {
        "text": _("Text"),
        "item_gone": _("Question removed"),
        "item_added": _("Question added"),
        "items_moved": _("Order of questions"),
        "item_kind": _("Way of answering"),
        "item_role": _("What it measures"),
        "item_scale": _("Points of the scale"),
        "item_condition": _("Condition"),
        "item_reverse": _("Reverse wording"),
        "item_area": _("Area"),
        "option_added": _("Option added"),
        "option_gone": _("Option removed"),
        "scale_points": _("Points of a scale"),
        "scale_satisfied": _("Points that count as satisfied"),
        "scale_missing": _("Answers such as “no experience”"),
        "sections_moved": _("Order of pages"),
        "section_kind": _("Kind of page"),
        "at_most": _("How many may be ticked"),
        "required": _("Must be answered"),
        "elder": _("Large-text form"),
        "rotate": _("Statements in turn"),
        "areas": _("Areas"),
        "department": _("Department"),
        "handbook": _("Factor, element, class, departments"),
        "languages": _("Languages"),
        "minutes": _("Promised minutes"),
        "valid_needs": _("What a valid response needs"),
        "blocks": _("Blocks"),
    }[kind]


def role_word(role: ItemRole) -> str:
    """Name what an item measures."""
    return {
        ItemRole.EXPERIENCE: _("Experience"),
        ItemRole.OVERALL: _("Overall satisfaction"),
        ItemRole.PRIORITY: _("Importance (picked)"),
        ItemRole.IMPORTANCE: _("Importance (scored)"),
        ItemRole.ADEQUATE: _("Least acceptable"),
        ItemRole.DESIRED: _("Ideal level"),
        ItemRole.PERCEIVED: _("Level now"),
        ItemRole.PERFORMANCE: _("Satisfaction"),
        ItemRole.RELATIONSHIP: _("Relationship"),
        ItemRole.HANDLING: _("Handling of complaints"),
        ItemRole.LOYALTY: _("Loyalty"),
        ItemRole.NOTICED: _("Improvement noticed"),
        ItemRole.PROFILE: _("Who answers"),
        ItemRole.COMMENT: _("Comment"),
        ItemRole.CONTACT: _("Contact wish"),
    }[role]


def language_name(code: str) -> str:
    """Name a language in itself."""
    return {"zh-Hans": "简体中文", "zh-Hant": "繁體中文", "en": "English"}.get(code, code)
