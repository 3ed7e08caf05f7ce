"""How every number is made, in words and formulas: the same text on pages and on paper."""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.i18n import gettext as _

_SUBSCRIPT = re.compile(r"_(\w+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number explained.

    Attributes:
        anchor: Name links point at.
        title: What the number is called.
        formula: In plain signs; ``_k`` is a subscript. Empty when words suffice.
        text: What goes in and how to read it.
    """

    anchor: str
    title: str
    formula: str
    text: str

    @property
    def formula_html(self) -> Markup:
        """Return the formula with its subscripts set low."""
        return Markup(_SUBSCRIPT.sub(r"<sub>\1</sub>", str(escape(self.formula))))  # noqa: S704 - escaped before


def entries() -> tuple[Entry, ...]:
    """Return all explanations, in the order the numbers appear."""
    return (*_levels(), *_priorities(), *_errors(), *_comparisons(), *_readings())


def _levels() -> tuple[Entry, ...]:
    """Explain means, weights, index and shares."""
    return (
        Entry(
            "rate",
            _("Return rate"),
            "R = r / b",
            _(
                "r is the homes with a counted answer, b the homes of the register less those head "
                "office took out with a reason. Rounded down, never up."
            ),
        ),
        Entry(
            "performance",
            _("Satisfaction 0-100"),
            "P_k = 100 (x_k − m) / (M − m)",
            _(
                "x is the mean of the answers on the owners' scale from m to M, stretched to 0-100."
                " Blank and “no experience” are missing, never 0 and never the middle."
            ),
        ),
        Entry(
            "weight",
            _("Importance"),
            "ω_k = e_k / Σ e_j",
            _(
                "e is the share of answering households that chose the area among the three "
                "that matter most. The weights add up to 100%."
            ),
        ),
        Entry(
            "index",
            _("Satisfaction index"),
            "SI = Σ ω_k P_k",
            _(
                "0 means everybody gave the worst answer, 100 everybody the best. Anybody can "
                "work it out again from the table for checking by hand."
            ),
        ),
        Entry(
            "hill",
            _("Hill's percentage"),
            "SI% = 100 Σ ω_k x_k / M",
            _(
                "The same weights on the raw scale. All-worst does not give 0 here, so it reads "
                "higher; it stands beside the index for comparison with other reports."
            ),
        ),
        Entry(
            "satisfied",
            _("Satisfied share"),
            "",
            _(
                "Households that gave one of the satisfied points, of all that answered the "
                "item. Wilson interval."
            ),
        ),
    )


def _priorities() -> tuple[Entry, ...]:
    """Explain what says where to begin: PFI, ranks, matrix, zones."""
    return (
        Entry(
            "pfi",
            _("PFI, priorities for improvement"),
            "PFI_k = ω_k (100 − P_k)",
            _(
                "Index points that can be regained in this area. The PFI of all areas add up to "
                "100 minus the index."
            ),
        ),
        Entry(
            "ranks",
            _("Rank interval and bands"),
            "",
            _(
                "All pairs of areas are compared (Holm, 5%). A rank interval runs from 1 + the "
                "areas surely larger to p − the areas surely smaller. A: surely among the first "
                "three; B: may be; C: not. Which areas cannot be told apart is what the pair "
                "tests say, named beside each area; two areas whose rank intervals overlap may "
                "still differ."
            ),
        ),
        Entry(
            "quadrants",
            _("Matrix"),
            "",
            _(
                "Cut at the company's target (or the mean of all areas) and at the equal share "
                "1/p. An area whose interval touches a cut is “on the line”. Along a dotted "
                "curve the PFI is the same."
            ),
        ),
        Entry(
            "zones",
            _("Zone of tolerance"),
            "P − A,   D − A",
            _(
                "A is the lowest level the owner still accepts, D the ideal, P the level reached, "
                "all by the same household for the same area. Answers with A above D are dropped. "
                "A status holds only if its test stands after Holm, otherwise “on the line”."
            ),
        ),
        Entry(
            "zone-pfi",
            _("PFI of the zone list"),
            "PFI_k = ω_k [max(0, D_k − P_k) + max(0, A_k − P_k)]",
            _(
                "On 0-100. What lies below the owners' minimum counts twice. Attainment is 100 "
                "minus the square bracket."
            ),
        ),
    )


def _errors() -> tuple[Entry, ...]:
    """Explain intervals and what is withheld."""
    return (
        Entry(
            "interval",
            _("95% interval"),
            "v = (G − 1)/G · Σ (θ_g − θ)²",
            _(
                "Households are dealt into up to 30 fixed groups; each is left out once and "
                "everything computed again (θ is the mean of these values). The interval is the "
                "estimate ± t √v with G − 1 "
                "degrees of freedom. No finite population correction is used."
            ),
        ),
        Entry(
            "floors",
            _("Least numbers"),
            "",
            _(
                "Below 5 answers nothing is shown; 5-9 the overall mean only; 10-29 means "
                "without order; 30-99 everything, marked indicative; the order of improvement "
                "from 100."
            ),
        ),
    )


def _comparisons() -> tuple[Entry, ...]:
    """Explain what is held against something else: campaigns, parts, roll-ups."""
    return (
        Entry(
            "change",
            _("Change since another campaign"),
            "Δ = SI′ − SI",
            _(
                "Both indices use the weights of the first campaign. The same replicate groups are "
                "left out in both, so homes that answered twice make the interval shorter. “Real "
                "change” stands after Holm over the whole table, and its interval does not lie "
                "wholly within ±2 points; otherwise neither up nor down is said."
            ),
        ),
        Entry(
            "segments",
            _("A part against the rest"),
            "Δ = P_part − P_rest",
            _(
                "A part is held against all other homes, never against the whole it belongs to. "
                "Holm over the whole table, 5%. Parts with fewer than 10 answers are withheld, and "
                "a second one with them where a subtraction would give the first away. “Worth a "
                "look” goes by Benjamini and Hochberg, 10%: it says where to look, not what is so."
            ),
        ),
        Entry(
            "rollups",
            _("Departments, factors, elements"),
            "P = (P_1 + … + P_m) / m",
            _(
                "The mean of the attributes that belong together, each counting alike, with its "
                "replicate interval. Held against the mean of all other attributes, Holm over the "
                "list."
            ),
        ),
    )


def _readings() -> tuple[Entry, ...]:
    """Explain the further readings: drivers, silent homes, recommendation, gaps, scales."""
    return (
        Entry(
            "drivers",
            _("Derived importance"),
            "d_k = w_k / R²",
            _(
                "w is Johnson's relative weight of an area in the regression of the overall rating "
                "on all areas; the shares add up to 100%. Below 150 homes that rated both, the "
                "correlations of the whole company are used, and the page says so. It shows what "
                "goes along with the rating, not what causes it."
            ),
        ),
        Entry(
            "silent",
            _("Homes that did not answer"),
            "R·S ≤ S_all ≤ R·S + (1 − R)",
            _(
                "Without any assumption the silent homes may all be dissatisfied, or all "
                "satisfied. The other readings assume more: that they are like the latest answers, "
                "or like the answers of the same kind of home. The R-indicator is 1 less twice the "
                "spread of the kinds' return rates."
            ),
        ),
        Entry(
            "nps",
            _("Net Promoter Score"),
            "NPS = 100 (p_promoters − p_detractors)",
            _(
                "Share of 9 and 10 less share of 0 to 6. Adjusted Wald interval. From few answers "
                "it swings widely: never read it without its interval."
            ),
        ),
        Entry(
            "gap",
            _("Gap list"),
            "G_k = I_k − P_k",
            _(
                "Importance less level reached, of the same home, both on ten points. The two are "
                "asked in different words, so the gap is never tested against 0; only its order is "
                "read."
            ),
        ),
        Entry(
            "alpha",
            _("Quality of the scales"),
            "α = m/(m − 1) · (1 − Σ s_j² / s²)",
            _(
                "Cronbach's alpha of an area's attributes, with its replicate interval; omega is "
                "the same without assuming that all attributes weigh alike."
            ),
        ),
    )
