"""What a department is called in the language of the moment."""

from app.followup.problems.codebook import load_codebook
from app.i18n import current_language


def department_name(code: str | None) -> str:
    """Return the department that answers for a code; "" for nobody, the code for one unknown."""
    if not code:
        return ""
    try:
        named = load_codebook().department(code)
    except KeyError:
        return code
    return named.en if current_language() == "en" else named.zh
