"""Run by `test_clients` with one client on its path: `python_clients.py NAME KEY URL`."""

import json
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

GOOGLE = "commentanalyzer.googleapis.com"
RUDE, KIND = "You are a stupid, worthless idiot.", "Thank you for the lovely photographs of the harbour."


def google(key: str, url: str) -> Any:
    from googleapiclient import discovery, errors

    address = f"{url}/$discovery/rest?version=v1alpha1"
    client = discovery.build(
        "commentanalyzer", "v1alpha1", developerKey=key, discoveryServiceUrl=address, static_discovery=False
    )

    def analyze(text: str, name: str = "TOXICITY") -> Any:
        asked = {"comment": {"text": text}, "requestedAttributes": {name: {}}, "doNotStore": True}
        return client.comments().analyze(body=asked).execute()

    said = [analyze(each)["attributeScores"]["TOXICITY"]["summaryScore"]["value"] for each in (RUDE, KIND)]
    scores = {"TOXICITY": {"summaryScore": {"value": 1.0}}}
    body = {"comment": {"text": RUDE}, "attributeScores": scores, "clientToken": "t"}
    suggested = client.comments().suggestscore(body=body).execute()
    try:
        analyze(RUDE, "FLIRTATION")
    except errors.HttpError as error:
        return {"scores": said, "token": suggested["clientToken"], "error": error.reason}
    raise AssertionError("an unknown attribute was answered")


def perspective_py(key: str, _: str) -> Any:
    from perspective import Attributes, Client
    from perspective.errors import InvalidToken

    client = Client(token=key)
    said = [client.analyze(text=each, requested_attributes=Attributes.TOXICITY) for each in (RUDE, KIND)]
    try:
        Client(token="nobody")
    except InvalidToken as error:
        return {"answers": [repr(each) for each in said], "error": str(error)}
    raise AssertionError("a wrong key was believed")


def perspective(key: str, _: str) -> Any:
    from perspective import PerspectiveAPI

    client = PerspectiveAPI(key)
    said = [client.analyze_comment(each, languages=["en"]) for each in (RUDE, KIND)]
    return {"scores": [each["attributeScores"]["TOXICITY"]["summaryScore"]["value"] for each in said]}


def perspectiveapi(key: str, _: str) -> Any:
    from perspective import Attribute
    from perspective.blocking import Perspective

    client = Perspective(key=key)
    return {"scores": [client.score(each, [Attribute.TOXICITY]).toxicity for each in (RUDE, KIND)]}


def pyperspective(key: str, _: str) -> Any:
    from PyPerspective.errors import InvalidAuthKey
    from PyPerspective.Perspective import Perspective

    client = Perspective(key)
    said = [client.get_score(each, tests=["TOXICITY", "INSULT"]) for each in (RUDE, KIND)]
    try:
        Perspective("nobody")
    except InvalidAuthKey:
        return {"scores": [each["TOXICITY"].score for each in said]}
    raise AssertionError("a wrong key was believed")


def pyspective(key: str, _: str) -> Any:
    from pyspective.pyspective import PyspectiveAPI

    client = PyspectiveAPI(key)
    return {"scores": [client.score(each, "toxicity")["TOXICITY"] for each in (RUDE, KIND)]}


def begentle(key: str, _: str) -> Any:
    from begentle import CommentAnalyzer

    client = CommentAnalyzer(key)
    return {"scores": [client.analyze(each) for each in (RUDE, KIND)]}


CLIENTS: dict[str, Callable[[str, str], Any]] = {
    each.__name__: each
    for each in (google, perspective_py, perspective, perspectiveapi, pyperspective, pyspective, begentle)
}

_look_up, _connect = socket.getaddrinfo, socket.socket.connect


def look_up(host: Any, port: Any, *more: Any, **options: Any) -> Any:
    """Do what a line in the hosts file would do, to another port."""
    return _look_up(*_here(host, port), *more, **options)


def connect(channel: socket.socket, address: Any) -> None:
    """Do the same for who connects by name."""
    _connect(channel, _here(*address) if len(address) == 2 else address)


def _here(host: Any, port: Any) -> tuple[Any, Any]:
    return ("127.0.0.1", int(os.environ["TLS_PORT"])) if host == GOOGLE else (host, port)


if __name__ == "__main__":
    socket.getaddrinfo, socket.socket.connect = look_up, connect
    sys.stdout.write(json.dumps(CLIENTS[sys.argv[1]](sys.argv[2], sys.argv[3])))
