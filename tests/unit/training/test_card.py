"""The card: its words from the manifest alone, its pictures the same every time, both small enough."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from models import artifact
from models.classifier import Classifier, Limits
from models.example import Example
from tests import corpus
from training import card, curves, examination, ink, pictures

ROOT = Path(__file__).parents[3]
MOST_BYTES = 350_000  # of all pictures: the whole folder stays below 3 MB
# An interpreter in which matplotlib is not found, as where the extra was not installed.
WITHOUT = """
import sys
class Without:
    def __init__(self, finder):
        self.finder = finder
    def __getattr__(self, name):
        return getattr(self.finder, name)
    def find_spec(self, name, path=None, target=None):
        absent = name.partition(".")[0] in {"matplotlib", "PIL"}
        return None if absent else self.finder.find_spec(name, path, target)
sys.meta_path[:] = map(Without, sys.meta_path)
from training.__main__ import main
main()
"""


def examples() -> list[Example]:
    made = corpus.generate(300, seed=9) + corpus.generate(150, seed=10)
    return [Example(e.text, e.labels, source="jigsaw_wiki" if at < 300 else "b") for at, e in enumerate(made)]


def copied(folder: Path, place: Path, **told: object) -> Path:
    """Return a copy of a model folder, named after a manifest that says more."""
    manifest = {**json.loads((folder / "manifest.json").read_text("utf-8")), **told}
    raw = (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode()
    copy = place / f"generated-{hashlib.sha256(raw).hexdigest()[:12]}"
    copy.mkdir(parents=True)
    shutil.copy(folder / "weights.npz", copy)
    (copy / "manifest.json").write_bytes(raw)
    return copy


def written(folder: Path) -> str:
    return card.write(folder).read_text("utf-8")


def bare(place: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=place,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
    )


@pytest.fixture(scope="module")
def drawn(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = copied(folder, tmp_path_factory.mktemp("drawn"))
    pictures.draw(copy, examples())
    return copy


def test_a_card_has_the_usual_sections(folder: Path, tmp_path: Path) -> None:
    text = written(copied(folder, tmp_path))
    assert re.findall("^## (.+)$", text, re.MULTILINE) == [
        "Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data",
        "Quantitative analyses", "Ethical considerations", "Caveats and recommendations",
    ]  # fmt: skip


def test_a_card_without_pictures_says_how_to_get_them(folder: Path, tmp_path: Path) -> None:
    text = written(copied(folder, tmp_path))
    assert "![" not in text
    assert text.count(pictures.HOW) == 1


def test_languages_are_those_of_the_manifest(folder: Path, tmp_path: Path) -> None:
    assert "Languages: English." in written(copied(folder, tmp_path))
    assert "Languages: not recorded." in written(copied(folder, tmp_path, languages=[]))
    assert "Languages: German, xx." in written(copied(folder, tmp_path, languages=["de", "xx"]))


def test_what_the_suites_found_is_on_the_card(folder: Path, classifier: Classifier, tmp_path: Path) -> None:
    suites = examination.suites(classifier, examples(), seed=0)
    text = written(copied(folder, tmp_path, suites=suites))
    assert f"| none | {suites['evasion']['auc']['clean']:.3f} |" in text
    assert "### Toxicity by group of people" in text
    worst = min(suites["behaviour"].items(), key=lambda pair: pair[1])
    assert f"{worst[0].replace('_', ' ')} {worst[1]:.2f}" in text
    assert "| 51 to 150 |" in text


def test_every_source_of_the_shipped_model_has_its_licence(tmp_path: Path) -> None:
    folder = shutil.copytree(artifact.shipped(), tmp_path / artifact.shipped().name)
    text = written(folder)
    rows = re.findall(r"^\| (\w+) \| .+ \| [\d,]+ \| (.+) \|$", text, re.MULTILINE)
    sources = json.loads((folder / "manifest.json").read_text("utf-8"))["recipe"]["sources"]
    assert [source for source, licence in rows if source in sources] == sorted(sources)
    assert [source for source, licence in rows if licence == "the site's own"] == []


def test_every_picture_is_drawn_and_shown(drawn: Path) -> None:
    there = sorted(path.stem for path in (drawn / "pictures").iterdir())
    assert there == sorted(pictures.PICTURES)
    text = written(drawn)
    assert sorted(re.findall(r"^!\[.+\]\(pictures/(\w+)\.png\)$", text, re.MULTILINE)) == there
    assert pictures.HOW not in text


def test_pictures_are_small_light_and_sharp(drawn: Path) -> None:
    files = list((drawn / "pictures").iterdir())
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES
    for file in files:
        with Image.open(file) as image:
            assert image.mode == "P"
            assert image.info == {}
            assert image.width == ink.WIDTH * ink.SCALE
            corners = np.asarray(image.convert("RGB"))[[0, 0, -1, -1], [0, -1, 0, -1]]
            assert np.all(corners >= 250), file.name


def test_the_same_model_and_examples_give_the_same_bytes(drawn: Path, folder: Path, tmp_path: Path) -> None:
    again = copied(folder, tmp_path)
    pictures.draw(again, examples())
    assert _bytes(again) == _bytes(drawn)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "pictures").iterdir()}


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ([Example(f"Thanks, {at}.", {"toxicity": 0.0}) for at in range(50)], {"behaviour", "identities"}),
        (corpus.generate(40, seed=1), {"behaviour", "identities", "evasion", "parts"}),
    ],
    ids=["one class", "few"],
)
def test_a_picture_that_cannot_be_filled_is_left_out(
    folder: Path, tmp_path: Path, given: Sequence[Example], left: set[str]
) -> None:
    copy = copied(folder, tmp_path)
    (copy / "pictures").mkdir()
    (copy / "pictures" / "limits.png").write_bytes(b"of another time")
    assert {path.stem for path in pictures.draw(copy, given)} == left
    assert {path.stem for path in (copy / "pictures").iterdir()} == left


def test_a_model_that_refuses_nothing_is_drawn_too(classifier: Classifier) -> None:
    heads = [replace(head, limits=Limits(0.3, None)) for head in classifier.heads]
    seen = curves.look(Classifier(heads, classifier.ngrams), examples(), {})
    with ink.style():
        assert [text for text in _texts(curves.decisions(seen)) if "none is refused" in text]
        assert "refused" not in _texts(curves.limits(seen))
        assert not [text for text in _texts(curves.ranking(seen)) if text.startswith("refused")]


def _texts(figure: Figure | None) -> list[str]:
    assert figure is not None
    return [text.get_text() for text in figure.findobj(Text)]


def test_without_matplotlib_a_card_is_written_and_says_how_to_get_pictures(
    folder: Path, tmp_path: Path
) -> None:
    copy = copied(folder, tmp_path)
    data = corpus.write(tmp_path / "corpus.jsonl", corpus.generate(100))
    done = bare(tmp_path, "card", copy, "--data", data)
    assert done.returncode == 0, done.stderr
    assert f"no pictures: matplotlib is not installed. {pictures.HOW}" in done.stderr
    assert Path(done.stdout.strip()) == copy / "CARD.md"
    assert pictures.HOW in (copy / "CARD.md").read_text("utf-8")
    assert not (copy / "pictures").exists()


def test_without_matplotlib_a_model_is_fitted_and_examined(tmp_path: Path) -> None:
    data = corpus.write(tmp_path / "corpus.jsonl", corpus.generate(600))
    done = bare(tmp_path, "fit", "--data", data, "--recipe", "trial", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.splitlines()[-1])
    assert pictures.HOW in (folder / "CARD.md").read_text("utf-8")
    out = tmp_path / "figures.json"
    told = bare(tmp_path, "evaluate", folder, "--data", data, "--draws", "0", "--suites", "--out", out)
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip() == str(out)
    assert set(json.loads(out.read_text("utf-8"))) == {
        "metrics", "suites", "behaviour", "templates", "slices", "attacks",
    }  # fmt: skip
