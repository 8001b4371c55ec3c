"""Write the card of a model: what it was made from, how good it is, and where it must not be trusted."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LICENCES = {
    "jigsaw_wiki": "text CC BY-SA 3.0, labels CC0",
    "jigsaw_sublabel_sample": "text CC BY-SA 3.0, labels CC0",
    "civil_toxicspans": "CC0",
    "davidson": "MIT",
    "paradetox": "CC0",
    "hatemoji_build": "CC BY 4.0",
    "convabuse": "CC BY 4.0",
    "stormfront_vicomtech": "CC BY-SA 3.0",
    "cat_large_wiki": "Apache-2.0, text CC BY-SA 3.0",
    "edos": "CC0",
    "SPAM_youtube": "CC BY 4.0 (UCI)",
    "SPAM_sms": "CC BY 4.0 (UCI)",
    "sentences": "our own sentences, Apache-2.0",
}
USE = """## Intended use

To sort the comments of a news site: publish, hold for a person, or refuse, by limits that the site sets.
A label marked *weak* was learnt from word lists and phrases; it informs people and never decides alone.
It is not meant to judge people, to score other languages than English, or to decide alone what is illegal.
"""
HOW_MEASURED = """Value [95 % bootstrap interval]. AP depends on the share of positives: compare per source.
Penalties and weights of sources were chosen on the same validation rows, so expect a little less elsewhere.
`wikipedia_sublabels`: rows that never teach a weak head; most of them calibrate it, so ECE flatters there.
A label without a row was examined on nobody's labels.
"""
WEAKNESSES = """## Known weaknesses

- English only. Text in another language gets scores too, and they mean nothing.
- It reads words, not intent: quoting, denying or reporting an insult ("he called me an idiot") scores
  nearly as high as making one; hatred without hateful words passes.
- Swapped and deleted letters hide a word better than look-alikes, dots or blanks do.
- Probabilities were calibrated on Wikipedia's discussion pages. Elsewhere they rank well, but their
  level is off (see ECE per source): a site should certify limits on its own decisions.
- Some public data name groups of people mostly in attacks. Sentences of our own counter that; it is
  less than solved.
- `threat` and `identity_attack` rank well on Wikipedia and markedly worse on tweets and forum posts.
- The shipped limits are uncertified: chosen on held-out public data, not on your readers.
"""


def write(folder: Path) -> Path:
    """Write CARD.md into a model folder from its manifest, and return the file."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    path = folder / "CARD.md"
    path.write_text("\n".join(_lines(folder.name, manifest)) + "\n", encoding="utf-8")
    return path


def _lines(model_id: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {model_id}\n"
    yield "A linear classifier over hashed character and word n-grams, one calibrated head per label."
    if "base" in manifest:
        yield f"It continues `{manifest['base']}`, whose card has more figures, with moderators' decisions."
    yield f"\n{USE}"
    yield from _labels(manifest)
    yield from _sources(manifest)
    yield from _metrics(manifest)
    yield WEAKNESSES
    yield "## How it was made\n"
    tools = ", ".join(f"{name} {version}" for name, version in manifest["tools"].items())
    yield f"Seed {manifest['recipe']['seed']}; {tools}. The manifest holds the checksums of all files read."


def _labels(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "## Labels\n\n| label | evidence | held from | refused from |\n|---|---|---|---|"
    for label in manifest["labels"]:
        limits = manifest["limits"][label]
        reject = "never alone" if limits["reject"] is None else f"{limits['reject']:.3f}"
        yield f"| {label} | {manifest['evidence'][label]} | {limits['queue']:.3f} | {reject} |"
    if manifest.get("left_out"):
        yield f"\nLeft out because they failed on people's labels: {', '.join(manifest['left_out'])}."
    yield ""


def _sources(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "## Data\n\n| source | examples learnt from | licence |\n|---|---|---|"
    for source, count in sorted(manifest["recipe"]["sources"].items()):
        yield f"| {source} | {count:,} | {LICENCES.get(source, 'own, of the site')} |"
    yield ""


def _metrics(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "## Measured on examples kept back\n"
    yield HOW_MEASURED
    yield "| label | source | examples | positives | AUC | AP | ECE |\n|---|---|---|---|---|---|---|"
    for label, sources in manifest["metrics"].items():
        for source, found in sources.items():
            cells = " | ".join(_cell(found.get(name)) for name in ("auc", "ap", "ece"))
            yield f"| {label} | {source} | {found['examples']:,} | {found['positives']:,} | {cells} |"
    yield ""


def _cell(values: list[float] | None) -> str:
    if values is None:
        return "-"
    return f"{values[0]:.3f}" + (f" [{values[1]:.3f}, {values[2]:.3f}]" if len(values) > 1 else "")
