"""A grammar of requests: what our endpoints take, and everything near it. From a seed, to be repeated.

The shapes come from the endpoints' own models; leaves are mostly what is asked for, else something odd.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes

from moderation.web.endpoint import Endpoint
from moderation.web.routes import API, ENDPOINTS
from tests.oddities import HEADERS, METHODS, NUMBERS, ODD_BODIES, ODD_VALUES, PAGES, TEXTS

Schema = dict[str, Any]

_QUERIES: dict[tuple[str, str], Schema] = {
    (each.path, each.method): each.query.model_json_schema() if each.query else {} for each in ENDPOINTS
}
_BODIES: dict[tuple[str, str], Schema | None] = {
    (each.path, each.method): each.body.model_json_schema() if each.body else None for each in ENDPOINTS
}

LEAST_ODD, MOST_ODD = 0.02, 0.3  # of a request's leaves: most requests are nearly right, some are all wrong


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. is_whole: it ends where it says, so that an answer can be waited for."""

    name: str
    method: str
    said: bytes
    is_whole: bool


class Grammar:
    """Makes requests; learns ids that the service gave, so that some lead somewhere."""

    def __init__(self, seed: int, tokens: Sequence[str]) -> None:
        self._chance = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self._tokens = (*tokens, "", "x", "fwr_" + "a" * 64, "fwk_x", "fwr_\xff", "e30.e30.")
        self._known: dict[str, list[str]] = {"id": [], "token": [], "next_cursor": []}
        self._odd = LEAST_ODD

    def learn(self, kind: str, value: str) -> None:
        """Keep an id, lease or cursor that the service gave; the newest two hundred."""
        self._known[kind].append(value)
        del self._known[kind][:-200]

    def request(self) -> Request:
        """Make a request."""
        self._odd = self._chance.choice((LEAST_ODD, LEAST_ODD, LEAST_ODD, MOST_ODD))
        if self._is(0.08):
            path, method, body, name = self._chance.choice(PAGES), "GET", b"", "page"
        else:
            endpoint = self._chance.choice(ENDPOINTS)
            path, method = self._target(endpoint), endpoint.method
            body, name = self._body(endpoint), f"{endpoint.method} {endpoint.path}"
        if self._is(self._odd):
            method = self._chance.choice(METHODS)
        said, is_whole = self._framed(f"{method} {path} HTTP/1.1\r\n", self._headers(), body)
        if self._is(0.02):
            said, is_whole = self._broken(said), False
        return Request(name, method, said, is_whole and method != "CONNECT")

    def _target(self, endpoint: Endpoint) -> str:
        path = re.sub(r"{(\w+)}", lambda found: self._part(found[1]), API + endpoint.path)
        schema = _QUERIES[endpoint.path, endpoint.method]
        asked = [
            (name, value)
            for name, wanted in schema.get("properties", {}).items()
            if name in schema.get("required", ()) or self._is(0.3)
            for value in self._values(name, wanted, schema)
        ]
        if self._is(self._odd):
            asked.append((self._text(), self._text()))
        query = "&".join(f"{_quoted(name)}={_quoted(str(value))}" for name, value in asked)
        return path + (f"?{query}" if query else "")

    def _values(self, name: str, wanted: Schema, root: Schema) -> list[Any]:
        if name == "cursor" and self._known["next_cursor"] and self._is(0.8):
            return [self._chance.choice(self._known["next_cursor"])]
        made = self._value(wanted, root)
        return made if isinstance(made, list) else [made]

    def _part(self, name: str) -> str:
        known = self._known["token" if name == "token" else "id"]
        if self._is(self._odd):
            return _quoted(self._text()) or "%20"
        if name == "article_id":
            return f"fuzz-{self._chance.randrange(20)}"
        return self._chance.choice(known) if known else "0" * 32

    def _body(self, endpoint: Endpoint) -> bytes:
        schema = _BODIES[endpoint.path, endpoint.method]
        if schema is None:
            return self._chance.choice(ODD_BODIES) if self._is(self._odd) else b""
        if self._is(self._odd):
            return self._chance.choice(ODD_BODIES)
        return json.dumps(self._value(schema, schema), ensure_ascii=self._is(0.5)).encode("utf-8", "replace")

    def _value(self, wanted: Schema, root: Schema) -> Any:
        """Make what a schema asks for, or now and then something else."""
        if self._is(self._odd):
            return self._chance.choice(ODD_VALUES + NUMBERS)
        if "$ref" in wanted:
            wanted = root["$defs"][wanted["$ref"].rsplit("/", 1)[1]]
        for choice in ("enum", "anyOf"):
            if choice in wanted:
                chosen = self._chance.choice(wanted[choice])
                return chosen if choice == "enum" else self._value(chosen, root)
        return self._plain(wanted, root)

    def _plain(self, wanted: Schema, root: Schema) -> Any:
        match wanted.get("type"):
            case "object":
                needed = wanted.get("required", ())
                named = wanted.get("properties", {}).items()
                made = {n: self._value(each, root) for n, each in named if n in needed or self._is(0.3)}
                return made | ({self._text(): 1} if self._is(self._odd) else {})
            case "array":
                most = 3 if self._is(0.9) else wanted.get("maxItems", 100) + 1
                return [self._value(wanted["items"], root) for _ in range(self._chance.randint(1, most))]
            case "integer" | "number":
                least = wanted.get("minimum", 0)
                return least + self._chance.randint(0, 3)
            case "string":
                return self._string(wanted)
        return None

    def _string(self, wanted: Schema) -> str:
        if "A-Za-z" in wanted.get("pattern", ""):
            return "main"
        if wanted.get("minLength") == 36:
            return self._chance.choice(self._known["id"] or ["x"])
        return f"{self._text()} {self._chance.randrange(10**6)}"

    def _headers(self) -> list[str]:
        made = [] if self._is(self._odd / 4) else ["Host: localhost"]
        if self._is(0.75):
            made.append(f"Authorization: Bearer {self._token()}")
        for _ in range(4):
            if not self._is(2 * self._odd):
                continue
            name = self._chance.choice(tuple(HEADERS))
            made.append(f"{name}: {self._chance.choice(HEADERS[name])}")
        return made

    def _token(self) -> str:
        real = len(self._tokens) - 6
        return self._chance.choice(self._tokens if self._is(self._odd) else self._tokens[:real])

    def _framed(self, first: str, headers: list[str], body: bytes) -> tuple[bytes, bool]:
        head = (first + "".join(f"{each}\r\n" for each in headers)).encode("latin-1", "replace")
        if self._is(self._odd / 4):
            wrong = self._chance.choice((len(body) + 7, max(0, len(body) - 3), -1, 10**20))
            return head + b"Content-Length: %d\r\n\r\n" % wrong + body, False
        if body and self._is(0.05):
            return head + b"Transfer-Encoding: chunked\r\n\r\n" + self._chunks(body), True
        return head + b"Content-Length: %d\r\n\r\n" % len(body) + body, True

    def _chunks(self, body: bytes) -> bytes:
        cut = self._chance.randint(0, len(body))
        parts = [part for part in (body[:cut], body[cut:]) if part]
        return b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"

    def _broken(self, said: bytes) -> bytes:
        made = bytearray(said)
        for _ in range(self._chance.randint(1, 8)):
            where = self._chance.randrange(len(made))
            length = self._chance.randint(0, 3)
            made[where : where + length] = self._chance.randbytes(self._chance.randint(0, 3))
        return bytes(made)

    def _text(self) -> str:
        return self._chance.choice(TEXTS)

    def _is(self, likelihood: float) -> bool:
        return self._chance.random() < likelihood


def _quoted(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"))
