"""Give publishers' pages what they load of us: the scripts and the catalogues of sentences."""

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from ..domain.errors import Missing
from .bundle import EARLY, STATIC, WORDS, languages

PUBLIC = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
ASK_AGAIN = {"Cache-Control": "no-cache"}
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


async def script(request: Request) -> Response:
    """GET /embed.js, /later.js (both made by `bundle.py`) and /count.js."""
    path = STATIC / Path(request.url.path).name
    return FileResponse(path, headers=PUBLIC | _kept(request), media_type="text/javascript")


async def catalogue(request: Request) -> Response:
    """GET /words/{language}.json. Raises Missing."""
    language = request.path_params["language"]
    if language not in _languages():
        raise Missing("There is no such language.")
    path = WORDS / f"{language}.json"
    return FileResponse(path, headers=PUBLIC | _kept(request), media_type="application/json")


def _kept(request: Request) -> dict[str, str]:
    """Return for how long an answer may be kept: one asked for by its version, as long as anybody likes."""
    return FOR_GOOD if request.query_params.get("v") == _version() else ASK_AGAIN


@cache
def _version() -> str:
    return (STATIC / EARLY).read_text("utf-8").split(maxsplit=3)[2]


@cache
def _languages() -> frozenset[str]:
    return frozenset(languages())
