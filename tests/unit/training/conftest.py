"""A base model for these tests, trained once on the generated corpus."""

from pathlib import Path

import pytest

from models import artifact
from models.classifier import Classifier
from tests import corpus
from training import recipe


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("model")
    data = corpus.write(place / "corpus.jsonl", corpus.generate(2000))
    return recipe.fit(recipe.Plan(out=place, data=data, name="generated", recipe="trial"), lambda _: None)


@pytest.fixture(scope="session")
def classifier(folder: Path) -> Classifier:
    return artifact.load(folder)
