"""A small market for tests without a database."""

from datetime import UTC, datetime

from app.surveys.instrument.load import load_instrument
from app.surveys.market.cards import load_cards
from app.surveys.market.checking import Around
from app.surveys.market.columns import Company
from app.surveys.market.questionnaire import FOLDER, Questionnaire

QUESTIONNAIRE = Questionnaire(
    load_instrument((FOLDER / "v1.yaml").read_text("utf-8"), "v1.yaml").instrument,
    load_cards((FOLDER / "cards-v1.yaml").read_text("utf-8")),
)
AROUND = Around(
    columns=QUESTIONNAIRE.columns(2026),
    companies=(
        Company("own", "邻声物业", "Linsheng"),
        Company("haiyue", "海悦物业", "Haiyue"),
        Company("other", "其他公司", "Others"),
    ),
    places={"云栖花园": 1, "望江花园": 2},
    opens=datetime(2026, 10, 31, 16, tzinfo=UTC),
    closes=datetime(2026, 11, 20, 16, tzinfo=UTC),
    now=datetime(2026, 11, 22, 2, tzinfo=UTC),
)
AREAS = tuple(area.code for area in QUESTIONNAIRE.instrument.areas)


def said(**changed: str) -> dict[str, str]:
    """Return an interview that may stand; ``performance__fees="9"`` changes a dotted column."""
    row = {
        "interview": "A0001",
        "interviewer": "07",
        "start": "2026-11-02 14:05",
        "end": "2026-11-02 14:17",
        "community": "云栖花园",
        "overall": "7",
        **{f"performance.{area}": "6" for area in AREAS},
    }
    row |= {name.replace("__", "."): value for name, value in changed.items()}
    return {name: value for name, value in row.items() if value}
