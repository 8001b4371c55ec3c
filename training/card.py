"""Write the card of a model: what it was made from, how good it is, and where it must not be trusted.

The words come from the manifest alone, so a card can be written anywhere; the pictures that lie in the
folder (`training.pictures`) are shown in their places. Sections as in Mitchell et al., Model Cards for
Model Reporting, FAT* 2019, pp. 220-229.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from training import bars, pictures
from training.provenance import LISTS, told

LANGUAGES = {"de": "German", "en": "English", "pt": "Portuguese"}
USE = """## Intended use

To sort the comments of a news site: publish, hold for a person, or refuse, by limits that the site sets.
A label marked *weak* was learnt from word lists and phrases; it informs people and never decides alone.

Out of scope: judging people rather than comments, deciding alone what is illegal, measuring a community,
and text in any other language than those above: it gets scores too, and they mean nothing.
"""
FACTORS = """## Factors

What may change how well it works, and is measured below where a figure stands: where a comment was
written (source), its length, the group of people it speaks of, what it does with words (quoting, denying,
joking), and how its words are disguised. Not measured: dialects, the writer's own group, the year.
"""
METRICS = """## Metrics

- **AUC**: how often a comment with the label outranks one without it. 0.5 is chance, 1 is perfect.
- **AP** (average precision): the mean precision over all recalls. It depends on the share of positives,
  so compare it within a source only.
- **ECE**: the mean gap between a probability and the share that had the label, over 15 bins.
- **subgroup, BPSN, BNSP** AUC: cruel against kind sentences, both about a group; kind ones about it
  against cruel ones about others; cruel ones about it against kind ones about others (Borkan et al. 2019).

Brackets hold 95 % bootstrap intervals over examples.
"""
EVALUATION = """## Evaluation data

Examples of the same sources that were kept back, by near-duplicate and not by row; the behaviour suite,
the identity templates and the disguises are our own, and no model learns from them. Penalties and weights
of sources were chosen on the same kept-back rows, so expect a little less elsewhere.
"""
BY_SOURCE = """`wikipedia_sublabels`: rows that never teach a weak head; most of them calibrate it, so ECE
flatters there. A label without a row was examined on nobody's labels.
"""
ETHICS = """## Ethical considerations

- A false alarm silences somebody, a miss lets somebody be hurt; the limits choose between the two, and a
  person should see what lies between them. Writers should be told, and be able to appeal.
- Public data name some groups of people mostly in attacks, so naming a group can raise a score. Sentences
  of our own counter that; it is less than solved, see the groups above.
- The data hold what people wrote in public, and the judgements of annotators who may not resemble your
  readers. No text of theirs is in the model, only hashed n-grams with weights.
- Whoever knows the model can write around it: see the disguises above.
"""
CAVEATS = """## Caveats and recommendations

- It reads words, not intent: a quotation, a denial or a report of an insult can score like the insult, and
  hatred without hateful words passes.
- Where most data came from, probabilities say what happens. Elsewhere they rank well, but their level is
  off (ECE per source): a site should certify limits on decisions of its own moderators.
- The shipped limits are {limits_are}: chosen on public data kept back, not on your readers.
- A label of weak evidence is as good as its rows above say. Where it has no row, nothing is known.
- Examine it again, with `python -m training evaluate`, before you trust it in a new place.
"""


def write(folder: Path) -> Path:
    """Write CARD.md into a model folder, and return the file."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    there = {path.stem for path in (folder / pictures.FOLDER).glob("*.png")}
    path = folder / "CARD.md"
    path.write_text("\n".join(_lines(folder.name, manifest, there)) + "\n", encoding="utf-8")
    return path


def languages(manifest: Mapping[str, Any]) -> str:
    """Name the languages that a model has learnt, for people."""
    codes = manifest.get("languages")
    return ", ".join(LANGUAGES.get(code, code) for code in codes) if codes else "not recorded"


def _lines(model_id: str, manifest: Mapping[str, Any], there: set[str]) -> Iterator[str]:
    yield f"# {model_id}\n"
    yield from _details(manifest, there)
    yield USE
    yield FACTORS
    yield METRICS
    yield EVALUATION
    yield from _sources(manifest)
    yield "## Quantitative analyses\n"
    yield from _limits(manifest)
    yield from _shown(there, "decisions", "limits")
    yield from _metrics(manifest)
    yield from _shown(there, "ranking", "calibration", "parts")
    yield from _suites(manifest.get("suites", {}), there)
    yield ETHICS
    yield CAVEATS.format(limits_are=manifest["limits_are"])


def _details(manifest: Mapping[str, Any], there: set[str]) -> Iterator[str]:
    yield "## Model details\n"
    yield "A linear classifier over hashed character and word n-grams, one calibrated head per label. A score"
    yield "is made of a sum over the n-grams of a comment, so the words that drove it can be shown.\n"
    yield f"- Languages: {languages(manifest)}."
    if "base" in manifest:
        yield f"- It continues `{manifest['base']}`, whose card has more figures, with moderators' decisions."
    tools = ", ".join(f"{name} {version}" for name, version in manifest["tools"].items())
    yield f"- Made with seed {manifest['recipe']['seed']}; {tools}."
    yield "- The manifest holds the checksums of all files read; the folder bears the manifest's own."
    yield "- Licence: Apache-2.0, as the rest of Firstword; the sources have their own, below.\n"
    if not there:
        yield f"This card has no pictures. {pictures.HOW}\n"


def _shown(there: set[str], *names: str) -> Iterator[str]:
    for name in names:
        if name in there:
            yield f"![{pictures.PICTURES[name][1]}]({pictures.FOLDER}/{name}.png)\n"


def _sources(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "## Training data\n\n| source | what | examples learnt from | licence |\n|---|---|---|---|"
    for source, count in sorted(manifest["recipe"]["sources"].items()):
        known = told(source)
        yield f"| {source} | {known.what} | {count:,} | {known.licence} |"
    for file in sorted(LISTS.keys() & manifest["data"].keys()):
        yield f"| {file} | {LISTS[file].what} | none, but weak labels | {LISTS[file].licence} |"
    yield ""


def _limits(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "### Labels and limits\n\n| label | evidence | held from | refused from |\n|---|---|---|---|"
    for label in manifest["labels"]:
        limits = manifest["limits"][label]
        reject = "never alone" if limits["reject"] is None else f"{limits['reject']:.3f}"
        yield f"| {label} | {manifest['evidence'][label]} | {limits['queue']:.3f} | {reject} |"
    if manifest.get("left_out"):
        yield f"\nLeft out because they failed on people's labels: {', '.join(manifest['left_out'])}."
    yield ""


def _metrics(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "### By label and source\n"
    yield BY_SOURCE
    yield "| label | source | examples | positives | AUC | AP | ECE |\n|---|---|---|---|---|---|---|"
    for label, sources in manifest["metrics"].items():
        for source, found in sources.items():
            cells = " | ".join(_cell(found.get(name)) for name in ("auc", "ap", "ece"))
            yield f"| {label} | {source} | {found['examples']:,} | {found['positives']:,} | {cells} |"
    yield ""


def _suites(suites: Mapping[str, Any], there: set[str]) -> Iterator[str]:
    """Yield what `training.examination.suites` kept; an older model has none of it."""
    if "lengths" in suites:
        yield from _lengths(suites["lengths"])
    if "templates" in suites:
        yield from _identities(suites["templates"])
    yield from _shown(there, "identities")
    if "behaviour" in suites:
        yield from _behaviour(suites)
    yield from _shown(there, "behaviour")
    if "evasion" in suites:
        yield from _evasion(suites["evasion"])
    yield from _shown(there, "evasion")


def _lengths(lengths: Mapping[str, Any]) -> Iterator[str]:
    yield "### Toxicity by length in characters\n"
    yield "| length | examples | positives | AUC | AP | ECE |\n|---|---|---|---|---|---|"
    for name, found in lengths.items():
        cells = " | ".join(_number(found.get(measure)) for measure in ("auc", "ap", "ece"))
        yield f"| {name} | {found['examples']:,} | {found['positives']:,} | {cells} |"
    yield ""


def _identities(templates: Mapping[str, Any]) -> Iterator[str]:
    yield "### Toxicity by group of people\n"
    alarms, misses = (f"{100 * templates[name]:.1f} %" for name in ("false_alarms", "misses"))
    yield f"{templates['texts']:,} sentences of our own that name {templates['groups']} groups: AUC"
    yield f"{templates['auc']:.3f}; at 0.5, {alarms} of the kind ones are called toxic, {misses} of the cruel"
    yield "ones missed. The groups that are served worst:\n"
    yield "| group | subgroup | BPSN | BNSP |\n|---|---|---|---|"
    for term, found in templates["lowest"].items():
        yield f"| {term} | {' | '.join(_number(value) for value in found.values())} |"
    yield ""


def _behaviour(suites: Mapping[str, Any]) -> Iterator[str]:
    groups = suites["behaviour"]
    yield "### Behaviour\n"
    yield f"{len(groups)} groups of sentences of our own, many hard on purpose. AUC of hateful against"
    yield f"similar but harmless ones {_number(suites['hate_auc'])}, of cruel against kind ones to a person"
    yield f"{_number(suites['person_auc'])}. At 0.5, right on neutral statements about groups of people:"
    yield f"{_number(suites['identity_neutral'])}, on positive ones: {_number(suites['identity_positive'])}."
    worst = sorted((share, name) for name, share in groups.items() if share < bars.HALF)
    if worst:
        yield f"\nWrong more often than right ({len(worst)} groups), share right:"
        yield ", ".join(f"{name.replace('_', ' ')} {share:.2f}" for share, name in worst) + "."
    yield ""


def _evasion(evasion: Mapping[str, Any]) -> Iterator[str]:
    yield "### Disguised words\n"
    yield f"AUC of toxicity on {evasion['texts']:,} texts ({told(evasion['source']).name}), with listed swear"
    yield f"words and insults disguised in the {evasion['toxic']:,} toxic ones.\n"
    yield "| disguise | AUC |\n|---|---|"
    for name, value in sorted(evasion["auc"].items(), key=lambda pair: -pair[1]):
        yield f"| {bars.disguise(name)} | {value:.3f} |"
    yield ""


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _cell(values: list[float] | None) -> str:
    if values is None:
        return "-"
    return f"{values[0]:.3f}" + (f" [{values[1]:.3f}, {values[2]:.3f}]" if len(values) > 1 else "")
