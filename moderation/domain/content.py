"""What may be typed, and what can be read off a text without a classifier.

`checked_body`, `checked_name` and `checked_article_key` return what is stored or raise Invalid;
the counts below them are signals for the policy.
"""

import re
import string
import unicodedata

from .errors import Field, Invalid

BODY_LIMIT = 4000  # characters (code points), the contract's number
NAME_LIMIT = 60  # the longest display name that still fits one line of the widget
ARTICLE_KEY_LIMIT = 200  # bytes in UTF-8
SHOUT_LETTERS = 12  # shorter texts in capitals are acronyms and cheers, not shouting
SHOUT_SHARE = 0.7

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>()]{3,}", re.IGNORECASE)
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a symbol that show nothing
_JOINERS = frozenset("\u200c\u200d")  # Persian, Indic and emoji are not written without them
_RAW_NAME_LIMIT = 1000  # characters; to put a pile of marks in order takes the square of its height
_PILE = 3  # marks on one letter: enough for Vietnamese and pointed Hebrew, too few to reach the next line
_ALLOWED_CONTROLS = frozenset("\n\t")
_NON_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # the categories Cc and Cs
_CAPITALS, _SMALL = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()


def checked_body(raw: str, *, field: str = "body") -> str:
    """Return a body as stored: line ends unified, blank edges cut. Raises Invalid naming `field`."""
    body = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    _refuse_non_text(body, field)
    if not _is_visible(body):
        raise _invalid(field, "Write something first: the comment is empty.")
    if len(body) > BODY_LIMIT:
        raise _invalid(field, f"The comment has {len(body)} characters; {BODY_LIMIT} are allowed.")
    return body


def checked_name(raw: str, *, field: str) -> str:
    """Return a display name on one line, nothing unseen or piled up in it. Raises Invalid naming `field`."""
    name = _tidied(raw) if len(raw) <= _RAW_NAME_LIMIT else raw
    if len(name) > NAME_LIMIT:
        raise _invalid(field, f"The name has {len(name)} characters; {NAME_LIMIT} are allowed.")
    _refuse_non_text(name, field)
    if not _is_visible(name):
        raise _invalid(field, "The name is empty.")
    return name


def checked_text(raw: str, *, field: str, limit: int) -> str:
    """Return what somebody wrote to a moderator, blank edges cut. Raises Invalid naming `field`."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    _refuse_non_text(text, field)
    if not _is_visible(text):
        raise _invalid(field, "Write something first: this is empty.")
    if len(text) > limit:
        raise _invalid(field, f"This has {len(text)} characters; {limit} are allowed.")
    return text


def cut_name(raw: str) -> str:
    """Return as much of a name as may be shown, for one that is not typed here."""
    return _tidied(raw[:_RAW_NAME_LIMIT])[:NAME_LIMIT]


def checked_article_key(raw: str) -> str:
    """Return the publisher's own article id unchanged. Raises Invalid naming `article_id`."""
    if raw.isascii() and raw.isprintable() and raw.strip() and len(raw) <= ARTICLE_KEY_LIMIT:
        return raw  # nearly all: a request for counts brings a hundred
    _refuse_non_text(raw, "article_id", allowed=frozenset())
    if not raw.strip():
        raise _invalid("article_id", "The article id is empty.")
    size = len(raw.encode())
    if size > ARTICLE_KEY_LIMIT:
        raise _invalid("article_id", f"The article id has {size} bytes; {ARTICLE_KEY_LIMIT} are allowed.")
    return raw


def link_count(body: str) -> int:
    """Count addresses in a body."""
    return len(_LINK.findall(body))


def is_shouting(body: str) -> bool:
    """Tell whether most letters are capitals, in a text long enough for that to mean something."""
    capitals, letters = _letters(body)
    return letters >= SHOUT_LETTERS and capitals >= SHOUT_SHARE * letters


def _tidied(name: str) -> str:
    """Put a name on one line; drop what turns the writing around, what cannot be seen, and piles of marks."""
    if name.isascii():
        return " ".join(name.split())
    seen = (char for char in name if unicodedata.category(char) != "Cf" or char in _JOINERS)
    kept: list[str] = []
    height = 0
    for char in unicodedata.normalize("NFC", "".join(seen)):
        height = height + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if height <= _PILE:
            kept.append(char)
    return " ".join("".join(kept).split())


def _letters(text: str) -> tuple[int, int]:
    """Count the capitals and all letters of a text."""
    if text.isascii():  # a tenth of the time
        raw = text.encode()
        no_capitals = raw.translate(None, _CAPITALS)
        return len(raw) - len(no_capitals), len(raw) - len(no_capitals.translate(None, _SMALL))
    letters = [char for char in text if char.isalpha()]
    return sum(map(str.isupper, letters)), len(letters)


def _refuse_non_text(text: str, field: str, *, allowed: frozenset[str] = _ALLOWED_CONTROLS) -> None:
    for char in _NON_TEXT.findall(text):
        if "\ud800" <= char <= "\udfff":
            raise _invalid(field, "This is not text: it holds half a character (a lone surrogate).")
        if char not in allowed:
            raise _invalid(field, f"This is not text: it holds the control character U+{ord(char):04X}.")


def _is_visible(text: str) -> bool:
    return any(unicodedata.category(char)[0] not in "ZCM" and char not in _BLANK for char in text)


def _invalid(field: str, detail: str) -> Invalid:
    return Invalid(detail, [Field(field, detail)])
