"""Sentences of our own about groups of people, so that naming a group costs nothing in itself.

Public data name groups mostly in attacks, and a model learns the name instead of the attack. Each
term appears here in the same frames: friendly and neutral ones, which are not toxic, and a few hostile
ones, which are. Training sees a term in frames of the first list; examinations use others.
"""

import random
from collections.abc import Iterator

from models.example import Example

SOURCE = "identity_templates"
WEIGHT = 1.0
NOUNS = (
    "Muslims", "Jews", "Christians", "Hindus", "Buddhists", "Sikhs", "atheists", "Catholics", "Mormons",
    "women", "men", "girls", "gay people", "lesbians", "bisexuals", "trans people", "transgender women",
    "homosexuals", "queer people", "black people", "white people", "Asians", "Mexicans", "Arabs",
    "Africans", "Latinos", "Chinese people", "Indians", "Pakistanis", "Turks", "Russians", "Germans",
    "Americans", "Europeans", "Poles", "Roma", "immigrants", "refugees", "migrants", "foreigners",
    "disabled people", "deaf people", "blind people", "autistic people", "wheelchair users", "old people",
    "teenagers", "feminists", "African Americans", "Native Americans", "people with Down syndrome",
)  # fmt: skip
ADJECTIVES = (
    "Muslim", "Jewish", "Christian", "Hindu", "Buddhist", "Sikh", "atheist", "Catholic", "gay", "lesbian",
    "bisexual", "trans", "transgender", "homosexual", "queer", "black", "white", "Asian", "Mexican",
    "Arab", "African", "Latino", "Chinese", "Indian", "Pakistani", "Turkish", "Russian", "German",
    "American", "European", "Polish", "Romani", "immigrant", "refugee", "disabled", "deaf", "blind",
    "autistic", "paralysed", "elderly", "young", "feminist", "female", "male", "straight", "non-binary",
    "Iranian", "Somali", "Korean", "Japanese",
)  # fmt: skip
KIND_NOUN = (
    "{} are part of this town and always have been.", "I grew up among {} and it was a good time.",
    "Many {} came to the meeting last night.", "The survey asked {} about their rent.", "I respect {}.",
    "{} deserve the same rights as everybody else.", "We should listen to what {} have to say.",
    "I love {}.", "There are {} on the council now, which is good news.",
    "Some of my best teachers were {}.", "The article does not mention {} at all.",
    "Most {} just want a quiet life.", "{} welcome here!", "How many {} live in the district?",
    "{} and their families were invited as well.", "I have nothing against {}.",
    "Nobody should be attacked for being one of the {}.", "It is wrong to insult {}.",
    "I work with {} every day.", "Hatred against {} has no place in our comments.",
    "{} are human beings like you and me.",
)  # fmt: skip
KIND_ADJECTIVE = (
    "I am a proud {} woman.", "I am {} and I like this paper.", "My neighbour is {} and a very kind man.",
    "As a {} person I found the report fair.", "She is the first {} mayor of the city.", "He is {}.",
    "I am {}.", "My {} friends laughed about it too.", "A {} family moved in next door.",
    "We had a lovely {} couple over for tea.", "The {} community raised money for the hospital.",
    "Being {} is nothing to be ashamed of.", "You are {}, right?",
    "There is a new {} cafe opposite the station.", "My daughter is {} and I could not be prouder.",
    "The teacher happens to be {}.", "Is the candidate {} or not? I do not care.",
    "What a brilliant {} author!", "It must be hard to be {} in a small village.",
    "{} people are welcome in this choir.",
)  # fmt: skip
CRUEL_NOUN = (
    "{} are vermin.", "I hate {}.", "All {} should be thrown out of the country.",
    "{} are disgusting animals.", "We would be better off if {} were dead.",
    "I wish somebody would get rid of {}.", "{} ruin everything, filthy lot.",
    "Nobody wants you {} here, get out.", "{} are too stupid to hold a job.", "Kill all {}.",
    "{} are scum.",
)  # fmt: skip
CRUEL_ADJECTIVE = (
    "You {} piece of filth.", "Shut up, you stupid {} cow.", "Another {} parasite living off our taxes.",
    "I would never let a {} person into my house, they are all thieves.", "{} people disgust me.",
    "Go back to where you came from, {} scum.", "What a pathetic {} loser.",
    "Typical {} liar, they are all the same.",
)  # fmt: skip


def examples(*, seed: int, share: float = 0.6) -> list[Example]:
    """Return a seeded share of all combinations, in a fixed order."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    return [
        Example(text=text, labels={"toxicity": toxic, "identity_attack": toxic}, source=SOURCE)
        for text, toxic in _all()
        if rng.random() < share
    ]


def _all() -> Iterator[tuple[str, float]]:
    for terms, kind, cruel in ((NOUNS, KIND_NOUN, CRUEL_NOUN), (ADJECTIVES, KIND_ADJECTIVE, CRUEL_ADJECTIVE)):
        for term in terms:
            for toxic, frames in ((0.0, kind), (1.0, cruel)):
                for frame in frames:
                    text = frame.format(term)
                    yield text[0].upper() + text[1:], toxic
