"""What people are told about each source of examples: its plain name, what it holds, and its licence.

The keys are the sources as `Example.source` and a manifest name them.
"""

from dataclasses import dataclass

WIKIPEDIA = "text CC BY-SA 3.0, labels CC0"


@dataclass(frozen=True, slots=True)
class Told:
    """name: for a picture, a few words. what: for a table, a sentence without its stop."""

    name: str
    what: str
    licence: str


SOURCES = {
    "jigsaw_wiki": Told(
        "Wikipedia talk", "Wikipedia talk pages, judged by crowd workers (Jigsaw)", WIKIPEDIA
    ),
    "jigsaw_sublabel_sample": Told(
        "Wikipedia sample", "the part of it whose sub-labels (insult, threat, ...) are known", WIKIPEDIA
    ),
    "cat_large_wiki": Told(
        "Wikipedia, natural rate",
        "Wikipedia talk pages at their natural rate of toxicity (Pavlopoulos et al.)",
        "Apache-2.0, text CC BY-SA 3.0",
    ),
    "civil_toxicspans": Told(
        "news comments", "comments on news, picked as likely toxic (Civil Comments, SemEval-2021)", "CC0"
    ),
    "davidson": Told("tweets", "tweets: hateful, offensive or neither (Davidson et al.)", "MIT"),
    "paradetox": Told(
        "paraphrase pairs", "toxic sentences and people's neutral paraphrases (Logacheva et al.)", "CC0"
    ),
    "hatemoji_build": Told(
        "emoji hatred", "hatred in emoji, written to deceive a classifier (Kirk et al.)", "CC BY 4.0"
    ),
    "convabuse": Told("talk with chatbots", "what people say to chatbots (Cercas Curry et al.)", "CC BY 4.0"),
    "stormfront_vicomtech": Told(
        "far-right forum", "sentences of a far-right forum, hateful or not (de Gibert et al.)", "CC BY-SA 3.0"
    ),
    "edos": Told("sexism", "posts, sexist or not: the others need not be kind (Kirk et al.)", "CC0"),
    "SPAM_youtube": Told("video comments", "comments under music videos (Alberto et al.)", "CC BY 4.0 (UCI)"),
    "SPAM_sms": Told("text messages", "text messages (Almeida et al.)", "CC BY 4.0 (UCI)"),
    "sentences": Told("our own", "sentences that we wrote for training", "Apache-2.0, as this repository"),
    "slips": Told("slips", "misspelt copies of a part of the examples above", "as their originals"),
    "teacher": Told(
        "teacher",
        "texts cut and mixed from the examples above, judged by a fine-tuned all-MiniLM-L6-v2",
        "as their originals; the teacher Apache-2.0",
    ),
    "decisions": Told("decisions", "decisions of the site's own moderators", "the site's own"),
}
# Files that are not examples: word lists from which weak labels are made.
LISTS = {
    "profanity_severity.csv": Told("word list", "swear words with kind and severity (Surge AI)", "MIT"),
}


def told(source: str) -> Told:
    """Return what is known of a source; of one that we do not know, its name."""
    return SOURCES.get(source) or Told(source or "the file", "the site's own file", "the site's own")
