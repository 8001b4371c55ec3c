"""What a score costs, beside scikit-learn's own pipeline and alt-profanity-check in the same run.

Run by `tests.bench`, which sees to it that numpy has one core. Half a minute.
"""

import json
import os
import statistics
import subprocess
import sys

from models import artifact
from models.classifier import Classifier
from tests import bench_rivals
from tests.bench_comments import comments
from tests.bench_measure import TIMES, Cost, Times, cost, line, rates, single, table

SINGLES, BATCH = 4000, 3000
LENGTHS = (100, 300, 1000, 3000, 10_000, 20_000)  # characters
STARTS = 5  # fresh processes; the median counts
FRESH = """
import json, sys, time
import psutil
rss, started = psutil.Process().memory_info().rss, time.perf_counter()
from models import artifact
imported = time.perf_counter()
classifier = artifact.load(artifact.shipped())
loaded, held = time.perf_counter(), psutil.Process().memory_info().rss
texts = json.load(sys.stdin)
classifier.score(texts)
grown = psutil.Process().memory_info().rss
print(json.dumps([(imported - started) * 1e3, (loaded - imported) * 1e3, (loaded - started) * 1e3,
                  (held - rss) / 2**20, (grown - rss) / 2**20]))
"""
STARTED = (
    "import models.artifact, ms",
    "load the artifact, ms",
    "both, ms",
    "memory after loading, MiB more",
    "memory after 2,000 scores, MiB more",
)


def main() -> None:
    """Measure and print."""
    classifier = artifact.load(artifact.shipped())
    print(f"One core, comments of 200-300 characters, µs; load average {os.getloadavg()[0]:.1f}")
    print(*table([ours(classifier), *rivals()]), sep="\n")
    print("", TIMES, sep="\n")
    print(explained(classifier))
    rate, cpu_rate = rates(classifier.score, comments(BATCH, shortest=360, longest=360, seed=3))
    print(f"{'batch of 360-character comments':36}{rate:9,.0f}/s{cpu_rate:9,.0f}/s of CPU")
    for name, value in zip(STARTED, started(), strict=True):
        print(f"{name:36}{value:9,.0f}")
    print("", *by_length(classifier), sep="\n")


def ours(classifier: Classifier, singles: int = SINGLES, batch: int = BATCH) -> Cost:
    """Return what our own scores cost, all labels."""
    texts = comments(max(singles, batch), seed=1)
    name = f"Firstword, {len(classifier.labels)} labels"
    return cost(name, classifier.score, texts[:singles], texts[:batch])


def rivals() -> list[Cost]:
    """Return what others cost; who is not installed is named and left out."""
    found = []
    for name in bench_rivals.NAMES:
        command = [sys.executable, "-W", "ignore", "-m", "tests.bench_rivals", name]
        ended = subprocess.run(command, check=False, capture_output=True, text=True)
        if ended.returncode:
            reason = ended.stderr.strip().splitlines()[-1:]
            print(f"{name}: left out ({''.join(reason)})")
        else:
            row = json.loads(ended.stdout)
            found.append(Cost(**{**row, "single": Times(**row["single"])}))
    return found


def explained(classifier: Classifier, count: int = 500) -> str:
    """Return the row of an explanation."""
    label = classifier.labels[0]
    return line(
        "explain, one label", single(lambda text: classifier.explain(text, label), comments(count, seed=2))
    )


def started(runs: int = STARTS) -> list[float]:
    """Return the medians of what a fresh process needs, in the order of STARTED."""
    command = [sys.executable, "-c", FRESH]
    texts = json.dumps(comments(2000, seed=4))
    rows = [
        json.loads(subprocess.run(command, input=texts, check=True, capture_output=True, text=True).stdout)
        for _ in range(runs)
    ]
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def by_length(classifier: Classifier, count: int = 60) -> list[str]:
    """Return a table of the cost by the length of a text."""
    lines = [f"{'characters':>36}{'p50':>9}{'(CPU)':>9}{'per 1,000':>11}"]
    costs = []
    for length in LENGTHS:
        texts = comments(count, shortest=length, longest=length, seed=5)
        times = single(lambda text: classifier.score([text]), texts)
        costs.append(times.cpu_p50 / length * 1000)
        lines.append(f"{length:36,}{times.p50:9,.0f}{times.cpu_p50:9,.0f}{costs[-1]:11,.0f}")
    return [
        *lines,
        f"A character of the longest costs {costs[-1] / costs[-2]:.2f} of one of the second longest.",
    ]


if __name__ == "__main__":
    main()
