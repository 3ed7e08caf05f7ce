"""The page that lies beside exported answers: what is what, and how to read it in R and pandas."""

from app.i18n import gettext as _
from app.reports.exports.about import About

_PANDAS = """\
import pandas as pd

codes = pd.read_csv("answers-wide-codes.csv", encoding="utf-8-sig")
item = "{item}"
answered = codes.loc[codes[item] > -50, item]
print(len(answered), answered.mean())

# The same from the Parquet file (needs pyarrow):
codes = pd.read_parquet("answers.parquet")
"""
_R = """\
codes <- read.csv("answers-wide-codes.csv", fileEncoding = "UTF-8-BOM", check.names = FALSE)
item <- "{item}"
answered <- codes[[item]][codes[[item]] > -50]
c(length(answered), mean(answered))

# The same from the SPSS or the Parquet file (need haven, arrow):
# codes <- haven::read_sav("answers.sav")
# codes <- arrow::read_parquet("answers.parquet")
"""


def readme(about: About, files: list[str], left_out: dict[str, str]) -> str:
    """Return the page in the language of the moment.

    Args:
        about: The export.
        files: Names of the files beside it.
        left_out: Forms that were ordered and are not there, with the reason.
    """
    item = next((one.code for one in about.instrument.items if one.scale is not None), "overall")
    lines = [
        about.name,
        "=" * 40,
        *(f"{name}: {value}" for name, value in facts(about)),
        "",
        *([_("All data is invented.")] if about.is_demo else []),
        _("For head office only. Pass nothing on; delete it when the work is done."),
        _("No names, addresses, telephone numbers, comments or exact times are in these files."),
        "",
        _("Files: {names}", names=", ".join(files)),
        *(_("Left out: {form} ({why})", form=form, why=why) for form, why in left_out.items()),
        "",
        _("A cell above -50 is an answer. These are none:"),
        f"  -50  {_('left blank')}",
        f"  -51 … -62  {_('a word of the scale that is no point, such as no experience')}",
        f"  -63  {_('mark cannot be read')}",
        f"  -64  {_('asked because of a low rating, kept out of means')}",
        f"  -65  {_('answered outside its plan, kept out of means')}",
        f"  -99  {_('not asked')}",
        _("What is kept out of means stands in the column ending in .outside."),
        _("The long files have no row for what was not asked."),
        _("Multiply by the column weight only where several communities are taken together."),
        "",
        "pandas",
        "------",
        _PANDAS.replace("{item}", item),
        "R",
        "-",
        _R.replace("{item}", item),
    ]
    return "\n".join(lines)


def facts(about: About) -> list[tuple[str, str]]:
    """Return what an export is about, name and value, in the language of the moment."""
    return [
        (_("Export"), about.number),
        (_("Survey"), about.campaign),
        (_("Number of communities"), str(len(about.frozen))),
        (_("Homes in the base"), str(about.base)),
        (_("Homes that answered"), str(about.returned)),
        (_("Snapshot"), about.snapshot),
        (_("Questionnaire"), about.instrument_digest),
        (_("Version of the code"), about.code_version),
        (_("Made at"), about.made_at.isoformat(timespec="seconds")),
    ]
