"""A real service in a process of its own, as a user starts it; and short ways to talk to it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2

from tests.conditions import until

API = "/api/v1"
START_S = 60.0


class Service:
    """`firstword serve` over one data folder; may be started again after `kill`."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTWORD_")}
        self.environment = inherited | {
            "FIRSTWORD_DATA_DIR": str(data_dir),
            "FIRSTWORD_PORT": "0",
            "FIRSTWORD_POST_RATE": "off",
            **{f"FIRSTWORD_{name.upper()}": value for name, value in settings.items()},
        }
        self.process: subprocess.Popen[str] | None = None
        self.url = ""
        self.sign_in_link = ""

    def start(self, command: str = "serve") -> "Service":
        """Start, and return when the first request would be answered."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        output = self.data_dir / "stdout.txt"
        with output.open("w") as stdout, (self.data_dir / "stderr.txt").open("a") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moderation", command],
                env=self.environment,
                stdout=stdout,
                stderr=stderr,
                text=True,
            )
        try:
            self._await_start(output)
        except BaseException:
            self.kill()
            raise
        return self

    def _await_start(self, output: Path) -> None:
        port = self.environment["FIRSTWORD_PORT"]
        if port != "0":
            self.url = f"http://127.0.0.1:{port}"
            until(self._is_ready, within_s=START_S)
            return
        self.sign_in_link = until(lambda: self._link(output), within_s=START_S)
        self.url = re.split("/moderation|/v1alpha1", self.sign_in_link)[0]

    def _is_ready(self) -> bool:
        self._check_alive()
        try:
            return httpx2.get(f"{self.url}/readyz").status_code == 200
        except httpx2.TransportError:
            return False

    def _link(self, output: Path) -> str:
        self._check_alive()
        found = re.search(r"http://\S+(?:\?link=\S+|/v1alpha1)", output.read_text())
        return found.group() if found else ""

    def _check_alive(self) -> None:
        assert self.process is not None
        assert self.process.poll() is None, (self.data_dir / "stderr.txt").read_text()[-2000:]

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end; return its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def run(
        self, *command: str, stdin: str = "", within_s: float = 120
    ) -> "subprocess.CompletedProcess[str]":
        """Run a `firstword` command over the same data folder."""
        return subprocess.run(
            [sys.executable, "-m", "moderation", *command],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=within_s,
        )

    def token(self, role: str) -> str:
        """Make an API token."""
        made = self.run("token", "create", "--role", role, "--name", f"test {role}")
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def client(self, token: str | None = None) -> httpx2.Client:
        """Return a client of the API, with a token if one is given."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.Client(base_url=self.url + API, headers=headers, timeout=30)

    def reader(self, name: str = "Ann") -> str:
        """Start a reader's session; return its token."""
        with self.client() as client:
            token: str = client.post("/session", json={"name": name}).json()["token"]
        return token

    def post(self, article: str, body: str, **more: Any) -> dict[str, Any]:
        """Post a comment as somebody new; return it."""
        with self.client() as client:
            answer = client.post(f"/articles/{article}/comments", json={"body": body, **more})
        assert answer.status_code == 201, answer.text
        posted: dict[str, Any] = answer.json()
        return posted

    def page(self, article: str, **query: Any) -> dict[str, Any]:
        """Return a page of an article's comments."""
        with self.client() as client:
            shown: dict[str, Any] = client.get(f"/articles/{article}/comments", params=query).json()
        return shown


def running(data_dir: Path, settings: Mapping[str, str]) -> Iterator[Service]:
    """Run a service for the length of a fixture; whatever a test did to it, its process ends."""
    service = Service(data_dir, **settings).start()
    try:
        yield service
    finally:
        service.stop()
