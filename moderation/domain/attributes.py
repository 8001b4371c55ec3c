"""Names that the Perspective API gives to what a model looks for, and our label behind each."""

_SAME = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")
# What is not here is unknown: no score is better than an invented one.
ATTRIBUTES = {name: name.lower() for name in (*_SAME, "SEXUALLY_EXPLICIT", "SPAM")} | {
    f"{name}_EXPERIMENTAL": name.lower() for name in _SAME
}


def label_of(attribute: str) -> str | None:
    """Return the label behind a name; `TOXICITY@6` asks for a version, of which we have one."""
    name, _, version = attribute.partition("@")
    return ATTRIBUTES.get(name) if not version or (version.isascii() and version.isdigit()) else None
