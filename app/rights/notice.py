"""Which privacy notice an owner saw before he answered. Pure.

The notice stands on the landing page and is part of the published questionnaire: its three texts
never change once published. So the digest of the questionnaire that is stored with every answer,
with the language of the answer, names the notice that was shown, word for word.
"""

import hashlib
import json
from dataclasses import dataclass

from app.surveys.instrument.model import Instrument

TEXTS = ("privacy_scores", "privacy_comments", "privacy_protection")


@dataclass(frozen=True, slots=True)
class Notice:
    """A privacy notice in one language.

    Attributes:
        digest: SHA-256 of its texts: two questionnaires with the same words have the same one.
        texts: The texts by name; one the questionnaire does not have is left out.
    """

    digest: str
    texts: dict[str, str]


def notice_of(instrument: Instrument, language: str) -> Notice:
    """Return the notice of a questionnaire as somebody saw it in this language."""
    texts = {
        name: instrument.texts[name].plain(language) for name in TEXTS if name in instrument.texts
    }
    canonical = json.dumps(texts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Notice(hashlib.sha256(canonical.encode()).hexdigest(), texts)
