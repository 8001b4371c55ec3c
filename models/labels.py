"""The names of the labels that a classifier can give, in the order in which they are shown."""

LABELS: tuple[str, ...] = (
    "toxicity",
    "severe_toxicity",
    "insult",
    "profanity",
    "threat",
    "identity_attack",
    "sexually_explicit",
    "spam",
)
