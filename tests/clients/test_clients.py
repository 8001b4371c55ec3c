"""The real clients of the Perspective API, from the registries, against our server.

Unmodified: those that take an address are given ours; the others reach us by Google's name, as a line in the
hosts file and a TLS proxy with one's own CA would let them.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients.proxy import certify, proxying
from tests.service import Service, running

HERE = Path(__file__).parent
# What is installed for which client. Three are called `perspective`, so each of them has a folder of its own.
PYTHON = {
    "google": "google-api-python-client==2.202.0 begentle==0.1.1 PyPerspective==1.0.4 PySpective==0.0.2",
    "perspective_py": "perspective.py==0.3.4 pycountry==26.2.16 --no-deps",  # it asks for matplotlib as well
    "perspective": "perspective==1.0.3 --no-deps",
    "perspectiveapi": "perspectiveapi==1.1.0",
}
FOLDERS = {"begentle": "google", "pyperspective": "google", "pyspective": "google"}
NODE = {
    "perspective-api-client": "3.1.0",
    "@conversationai/perspectiveapi-js-client": "1.0.1",
    "googleapis": "44.0.0",
}
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@dataclass(frozen=True, slots=True)
class Reached:
    """Our service, its key, and how clients that ask for Google's host come to it."""

    service: Service
    key: str
    environment: dict[str, str]

    def run(self, *command: str, **more: str) -> Any:
        done = subprocess.run(
            [*command, self.key, self.service.url],
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    folder = tmp_path_factory.mktemp("clients")
    trusted, chain = certify(folder)
    for service in running(folder / "service", {"trusted_proxies": "127.0.0.1"}):
        key = service.token("scorer")
        with proxying(chain, int(service.url.rsplit(":", 1)[1])) as tls_port:
            stores = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTPLIB2_CA_CERTS", "NODE_EXTRA_CA_CERTS")
            by_name = dict.fromkeys(stores, str(trusted)) | {"TLS_PORT": str(tls_port)}
            yield Reached(service, key, os.environ | by_name)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Install the clients for Python; return the folder of each."""
    tool = [sys.executable, "-m", "pip"] if importlib.util.find_spec("pip") else ["uv", "pip"]
    python = [] if "-m" in tool else ["--python", sys.executable]
    folders = {name: tmp_path_factory.mktemp(name) for name in PYTHON}
    for name, packages in PYTHON.items():
        target = ["--target", str(folders[name]), *packages.split()]
        done = subprocess.run(
            [*tool, "install", "--quiet", *python, *target],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
    return folders | {name: folders[found] for name, found in FOLDERS.items()}


@pytest.mark.parametrize("name", [*PYTHON, *FOLDERS])
def test_a_python_client_gets_what_it_expects(
    reached: Reached, installed: dict[str, Path], name: str
) -> None:
    folders = [installed[name], installed["google"]]  # the second for what perspective.py is built on
    script = str(HERE / "python_clients.py")
    said = reached.run(sys.executable, script, name, PYTHONPATH=os.pathsep.join(map(str, folders)))
    if "scores" in said:
        rude, kind = said["scores"]
        assert rude > 0.8
        assert kind < 0.2
    else:
        assert len(set(said["answers"])) == 2
    if name == "google":
        assert (said["token"], said["error"]) == ("t", "Unknown requested attribute: FLIRTATION")
    if name == "perspective_py":
        assert "not a valid API key" in said["error"]


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": NODE}))
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    for name in ("hosts.cjs", "node_clients.cjs"):
        shutil.copy(HERE / name, folder)
    return folder


@needs_npm
@pytest.mark.parametrize("name", NODE)
def test_a_node_client_gets_what_it_expects(reached: Reached, modules: Path, name: str) -> None:
    script = str(modules / "node_clients.cjs")
    said = reached.run("node", "-r", str(modules / "hosts.cjs"), script, name)
    rude, kind = said["scores"]
    assert rude > 0.8
    assert kind < 0.2
    assert said.get("error") in {None, "Unknown requested attribute: FLIRTATION"}


def test_corals_two_requests_are_answered(reached: Reached) -> None:
    """As Coral's server sends them: its custom endpoint's path with the call appended, within its 800 ms."""
    import httpx2  # noqa: PLC0415 - what Coral uses is not ours to name

    endpoint = f"{reached.service.url}/v1alpha1"
    body = {
        "comment": {"text": "You are a stupid, worthless idiot."},
        "doNotStore": True,
        "clientToken": "comment:1",
        "sessionId": "https://paper.example/story",
        "requestedAttributes": {"TOXICITY": {}},
    }
    with httpx2.Client(params={"key": reached.key}, timeout=0.8) as client:
        answer = client.post(f"{endpoint}/comments:analyze", json=body)
        assert answer.json()["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
        feedback = {
            "comment": body["comment"],
            "context": {"entries": [{"text": "https://paper.example/story"}]},
            "communityId": "Coral:paper",
            "clientToken": "comment:1",
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
        }
        assert (
            client.post(f"{endpoint}/comments:suggestscore", json=feedback).json()["clientToken"]
            == "comment:1"
        )
