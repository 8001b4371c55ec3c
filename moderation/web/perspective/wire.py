"""Read protocol-buffer messages that came as JSON: names in either spelling, null for absent.

A message is described by data: a mapping of its fields, by their JSON names, to kinds. What does not fit
is refused as Google's own front end does, with the field's path.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from .faults import of_payload

# A string, or a name that stands where a key must and lacks its quotes, as in Google's first examples.
_STRING_OR_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|([{,]\s*)([A-Za-z_$][\w$@.-]*)(?=\s*:)', re.DOTALL)
_SNAKE = re.compile(r"_([a-z])")
_SHOWN = 60  # characters of a wrong value that are said back


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some names, or its number."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """A list of one kind."""

    of: Any


@dataclass(frozen=True, slots=True)
class Named:
    """A map from any name to one kind."""

    of: Any


Message = Mapping[str, Any]  # field → str, bool, float, int, Choice, Many, Named or Message
_KINDS = {str: "TYPE_STRING", bool: "TYPE_BOOL", float: "TYPE_FLOAT", int: "TYPE_INT32"}


def parse(raw: bytes) -> Any:
    """Return the JSON of a body, no body being an empty message. Raises Fault."""
    if not raw.strip():
        return {}
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        first = str(error)
    try:
        return orjson.loads(_STRING_OR_NAME.sub(_quoted, raw.decode()))
    except (orjson.JSONDecodeError, UnicodeDecodeError):
        raise of_payload(f"Invalid JSON payload received. {first.partition(': line')[0]}.") from None


def read(message: Message, value: Any, path: str = "") -> dict[str, Any]:
    """Return the fields that are set, by their JSON names. Raises Fault naming the first that is wrong."""
    if not isinstance(value, dict):
        where = f" at '{path}'" if path else ""
        raise of_payload(f"Invalid JSON payload received. Root element must be a message{where}.", path)
    found: dict[str, Any] = {}
    for given, inner in value.items():
        name = given if given in message else _SNAKE.sub(lambda match: match[1].upper(), given)
        if name not in message:
            where = f" at '{path}'" if path else ""
            said = f'Unknown name "{given[:_SHOWN]}"{where}: Cannot find field.'
            raise of_payload(f"Invalid JSON payload received. {said}", path)
        if inner is not None:
            found[name] = _one(message[name], inner, f"{path}.{name}" if path else name)
    return found


def _one(kind: Any, value: Any, path: str) -> Any:
    if isinstance(kind, Mapping):
        return read(kind, value, path)
    if isinstance(kind, Many) and isinstance(value, list):
        return [_one(kind.of, each, f"{path}[{at}]") for at, each in enumerate(value)]
    if isinstance(kind, Named) and isinstance(value, dict):
        return {name: _one(kind.of, each, f"{path}[{name[:_SHOWN]}]") for name, each in value.items()}
    if isinstance(kind, Choice):
        return _chosen(kind, value, path)
    if kind in {str, bool} and isinstance(value, kind):
        return value
    if kind in {float, int}:
        number = _number(value)
        if number is not None and (kind is float or number == int(number)):
            return kind(number)
    raise _invalid(path, _KINDS[kind] if isinstance(kind, type) else "TYPE_MESSAGE", value)


def _chosen(kind: Choice, value: Any, path: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(kind.values):
        return kind.values[value]
    if value in kind.values:
        return str(value)
    raise _invalid(path, f"type.googleapis.com/google.commentanalyzer.v1alpha1.{kind.name}", value)


def _number(value: Any) -> float | None:
    """Return a number that is one; protocol buffers take it in quotes as well."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) < 2**31 else None


def _invalid(path: str, kind: str, value: Any) -> Exception:
    shown = orjson.dumps(value, default=str).decode()
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return of_payload(f"Invalid value at '{path}' ({kind}), {shown}", path)


def _quoted(found: re.Match[str]) -> str:
    return f'{found[1]}"{found[2]}"' if found[2] else found[0]
