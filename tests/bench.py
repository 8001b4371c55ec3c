"""`make bench`: what Firstword costs, beside others in the same run.

Machines are noisy: read the ratios, not the rates. Two minutes at most. `python -m tests.bench classifier`
runs one part only.
"""

import os
import subprocess
import sys

PARTS = ("service", "classifier", "page")
# Set before numpy is loaded, in a process of its own: "one core" is then true of every library.
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def main() -> None:
    """Run the named parts, or all."""
    for part in sys.argv[1:] or PARTS:
        environ = os.environ | (ONE_CORE if part == "classifier" else {})
        subprocess.run([sys.executable, "-m", f"tests.bench_{part}"], check=True, env=environ)
        print(flush=True)


if __name__ == "__main__":
    main()
