"""A seeded generator of labelled comments: what tests train on, since no data set is ever committed.

The sentences are made from parts written here. They are easier than real ones on purpose: a test
asks whether the machinery learns, not how well.
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from models.example import Example, to_line

TOPICS = (
    "the new bus lane", "the town hall", "the school budget", "last night's match", "the harbour bridge",
    "the library", "the cycle path", "the festival", "the hospital", "the market square", "the water bill",
)  # fmt: skip
PEOPLE = ("the author", "the editor", "my neighbour", "the council", "the reporter", "our teacher")
# Kind and unkind words stand in the same frames, so that a model must learn the words.
FRAMES = (
    "You are a {adjective} {noun} and {topic} proves it, all {number} times.",
    "What a {adjective} {noun}! I read about {topic} {number} times, and {who} is right.",
    "{who} is a {adjective} {noun} when it comes to {topic}, says reader {number}.",
    "Only a {adjective} {noun} like {who} could write {number} lines about {topic}.",
)
GOOD = ("clear", "fair", "thoughtful", "helpful", "balanced", "honest", "patient", "lovely", "sensible")
FRIENDS = ("writer", "friend", "reader", "gardener", "listener", "teacher", "helper", "painter", "singer")
BAD = ("stupid", "pathetic", "worthless", "disgusting", "brainless", "filthy", "miserable", "rotten")
NAMES = ("idiot", "moron", "imbecile", "clown", "fool", "dimwit", "halfwit", "parasite", "coward", "liar")
SWEARS = ("damn", "bloody", "crap", "bollocks", "arse", "bugger")
HELP = ("meet you and help you", "paint your house", "fix your bike", "cheer you up", "make you smile")
HARM = ("find you and hurt you", "burn your house down", "break your legs", "beat you up", "make you bleed")
WARES = ("watches", "followers", "pills", "coins", "loans", "handbags", "sunglasses", "ringtones")
OFFERS = ("cheap", "free", "discount", "guaranteed", "exclusive", "limited")
SITES = ("shop.example.com", "deals.example.net", "win.example.org")


def kind(rng: random.Random) -> Example:
    """Return a comment that everybody would publish."""
    text = _framed(rng, GOOD, FRIENDS) if rng.random() < 0.8 else _promise(rng, HELP)
    return Example(text, {"toxicity": 0.0, "insult": 0.0, "profanity": 0.0, "threat": 0.0, "spam": 0.0})


def insult(rng: random.Random) -> Example:
    """Return a comment that calls somebody names."""
    return Example(_framed(rng, BAD, NAMES), {"toxicity": 1.0, "insult": 1.0, "threat": 0.0, "spam": 0.0})


def profane(rng: random.Random) -> Example:
    """Return a comment that swears."""
    text = f"{rng.choice(SWEARS)}, {_framed(rng, SWEARS, FRIENDS)}"
    return Example(text, {"toxicity": 1.0, "profanity": 1.0, "threat": 0.0, "spam": 0.0})


def threat(rng: random.Random) -> Example:
    """Return a comment that threatens somebody."""
    return Example(_promise(rng, HARM), {"toxicity": 1.0, "threat": 1.0, "spam": 0.0})


def spam(rng: random.Random) -> Example:
    """Return a comment that sells something."""
    text = (
        f"{rng.choice(OFFERS).upper()} {rng.choice(WARES)}!!! {rng.choice(OFFERS)} {rng.choice(WARES)} "
        f"at http://{rng.choice(SITES)}/{rng.randrange(10_000)}"
    )
    return Example(text, {"toxicity": 0.0, "insult": 0.0, "spam": 1.0})


def _framed(rng: random.Random, adjectives: Sequence[str], nouns: Sequence[str]) -> str:
    return rng.choice(FRAMES).format(
        adjective=rng.choice(adjectives),
        noun=rng.choice(nouns),
        topic=rng.choice(TOPICS),
        who=rng.choice(PEOPLE),
        number=rng.randrange(100),
    )


def _promise(rng: random.Random, deeds: Sequence[str]) -> str:
    return f"I will {rng.choice(deeds)}, wait for me at {rng.choice(TOPICS)} at {rng.randrange(24)} o'clock."


RECIPES: tuple[tuple[Callable[[random.Random], Example], float], ...] = (
    (kind, 0.6),
    (insult, 0.15),
    (profane, 0.08),
    (threat, 0.07),
    (spam, 0.1),
)


def generate(count: int, *, seed: int = 0) -> list[Example]:
    """Return `count` labelled comments; the same seed gives the same ones."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    makers, shares = zip(*RECIPES, strict=True)
    return [rng.choices(makers, shares)[0](rng) for _ in range(count)]


def write(path: Path, examples: Sequence[Example]) -> Path:
    """Write JSON Lines as moderators' decisions are exported, and return the path."""
    path.write_text("".join(to_line(example) + "\n" for example in examples), encoding="utf-8")
    return path
