"""`make audit`: does anything that is locked have a published hole?

Asks PyPI's advisories, and where those are not to be had OSV's. What no service knows was not audited:
pip-audit alone calls that "no known vulnerabilities". Exit status: 0 none is known of anything, 1 one is,
2 not everything could be asked for.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = "requirements-dev.txt"  # holds all of requirements.txt too
TOOL = Path(sys.executable).parent.parent / "audit" / "bin" / "pip-audit"  # its dependencies are not ours
SERVICES = ("pypi", "osv")
MINUTES = 5

Found = list[dict[str, Any]]


def main() -> int:
    """Ask, tell, and return the exit status."""
    answers = [asked(service) for service in SERVICES]
    lines, status = verdict(max(answers, key=lambda found: sum(map(is_known, found))))
    print("\n".join(lines))
    return status


def verdict(found: Found) -> tuple[list[str], int]:
    """Return what to say, and the exit status."""
    known = [package for package in found if is_known(package)]
    if not known:
        return [f"NOT AUDITED: no service of advisories ({', '.join(SERVICES)}) can be reached from here."], 2
    holes = [line for package in known for line in told(package)]
    lines = holes or [f"No hole is known in {len(known)} packages of {LOCK}."]
    if len(known) == len(found):
        return lines, 1 if holes else 0
    unknown = ", ".join(package["name"] for package in found if not is_known(package))
    return [*lines, f"NOT AUDITED: {unknown}"], 1 if holes else 2


def asked(service: str) -> Found:
    """Return every package with what a service knows of it; nothing if it cannot be reached."""
    command = [TOOL, "--vulnerability-service", service, "--require-hashes", "--disable-pip"]
    options = ["--requirement", LOCK, "--progress-spinner", "off", "--format", "json"]
    try:
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, check=False, timeout=MINUTES * 60
        )
        found: Found = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        return []
    return found


def is_known(package: dict[str, Any]) -> bool:
    """Tell whether the service knew this package."""
    return "skip_reason" not in package


def told(package: dict[str, Any]) -> list[str]:
    """Return a line for each hole of a package."""
    name = f"{package['name']} {package['version']}"
    return [
        f"{name}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version'}"
        for hole in package["vulns"]
    ]


if __name__ == "__main__":
    sys.exit(main())
