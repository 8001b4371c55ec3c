"""The moderators' console: signing in and out, and the page that the queue lives on."""

import hmac
import secrets
from pathlib import Path
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from ..actions import sessions
from ..actions.parts import Parts, now_ms
from ..domain.errors import Forbidden
from .cookies import drop_cookie, get_cookie, set_cookie
from .endpoint import read_body
from .identity import CONSOLE_COOKIE, find_console_session, host, is_loopback
from .threads import run_waiting

HERE = Path(__file__).parent
FORM_COOKIE = "fw_form"  # carries the sign-in form's CSRF token while there is no session yet
DEVICE_COOKIE = "fw_device"  # names who has signed in from this browser before
DEVICE_COOKIE_S = 180 * 24 * 3600

SNIPPETS = HERE / "snippets"
templates = Jinja2Templates(HERE / "templates")


async def demo(request: Request) -> Response:
    """Show the demo article with the slot under it."""
    return templates.TemplateResponse(request, "demo.html", headers={"Cache-Control": "no-cache"})


async def embed_docs(request: Request) -> Response:
    """Show publishers how to put comments on their pages."""
    base = request.app.state.origins.own or str(request.base_url).rstrip("/")
    return templates.TemplateResponse(request, "embed.html", {"base": base, "snippets": _snippets(base)})


def _snippets(base: str) -> dict[str, str]:
    """Return what publishers copy, by what it is for; the tests run them."""
    folder = HERE / "templates" / "snippets"
    return {
        path.stem: path.read_text("utf-8").rstrip().replace("BASE", base) for path in folder.glob("*.txt")
    }


async def console(request: Request) -> Response:
    """Show the queue to whoever is signed in."""
    session = await run_in_threadpool(find_console_session, request, request.app.state.parts)
    if session is None:
        return RedirectResponse("/moderation/sign-in", 303)
    values = {
        "account": {"name": session.person.name, "role": session.person.role},
        "csrf": session.csrf,
        "site": "main",
    }
    return templates.TemplateResponse(request, "console.html", values, headers={"Cache-Control": "no-store"})


async def sign_in_form(request: Request) -> Response:
    """Show the form, or take a one-time link."""
    link = request.query_params.get("link")
    if link is None or request.method == "HEAD":  # a previewer must not use the link up
        return _form(request)
    parts: Parts = request.app.state.parts
    if not is_loopback(request):
        return _form(request, "A sign-in link works only on the machine that runs the service.", 403)
    try:
        session = await run_waiting(sessions.sign_in_by_link, parts.database, parts.writer, link, now_ms())
    except Forbidden as refusal:
        return _form(request, refusal.detail, 403)
    return await _signed_in(request, session)


async def sign_in(request: Request) -> Response:
    """Check name and password."""
    parts: Parts = request.app.state.parts
    form = parse_qs((await read_body(request)).decode("utf-8", "replace"))
    name, password, csrf = (form.get(field, [""])[0] for field in ("name", "password", "csrf"))
    kept = get_cookie(request, FORM_COOKIE) or ""
    is_foreign = request.app.state.origins.is_foreign(request)
    if is_foreign or not csrf or not hmac.compare_digest(csrf.encode(), kept.encode()):
        return _form(request, "The form had expired. Please try again.", 403)
    device = get_cookie(request, DEVICE_COOKIE) or ""
    attempt = sessions.attempt(parts.signing, name=name, device=device, address=host(request))
    for rate, scope, key in attempt:
        if wait_s := await parts.rates.hit(rate, scope=scope, key=key):
            return _form(request, f"Too many attempts. Try again in {wait_s} seconds.", 429)
    try:
        session = await run_waiting(
            sessions.sign_in, parts.database, parts.writer, name=name, password=password
        )
    except Forbidden as refusal:
        return _form(request, refusal.detail, 403)
    return await _signed_in(request, session)


async def sign_out(request: Request) -> Response:
    """End the session."""
    parts: Parts = request.app.state.parts
    session = await run_in_threadpool(find_console_session, request, parts)
    form = parse_qs((await read_body(request)).decode("utf-8", "replace"))
    if session is None:
        return RedirectResponse("/moderation/sign-in", 303)
    is_foreign = request.app.state.origins.is_foreign(request)
    if is_foreign or not hmac.compare_digest(form.get("csrf", [""])[0].encode(), session.csrf.encode()):
        raise Forbidden("The CSRF token is missing or wrong; reload the page.")
    await run_waiting(sessions.sign_out, parts.writer, session.secret)
    response = RedirectResponse("/moderation/sign-in", 303)
    drop_cookie(response, request, CONSOLE_COOKIE)
    return response


async def _signed_in(request: Request, session: sessions.Session) -> Response:
    parts: Parts = request.app.state.parts
    if former := get_cookie(request, CONSOLE_COOKIE):  # a new sign-in never leaves an old session behind
        await run_waiting(sessions.sign_out, parts.writer, former)
    response = RedirectResponse("/moderation", 303)
    device = parts.signing.device(session.person.name)
    set_cookie(response, request, DEVICE_COOKIE, device, DEVICE_COOKIE_S)
    set_cookie(response, request, CONSOLE_COOKIE, session.secret, sessions.SESSION_MS // 1000)
    drop_cookie(response, request, FORM_COOKIE)
    return response


def _form(request: Request, error: str | None = None, status: int = 200) -> Response:
    csrf = secrets.token_urlsafe(24)
    response = templates.TemplateResponse(
        request,
        "sign_in.html",
        {"csrf": csrf, "error": error},
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )
    set_cookie(response, request, FORM_COOKIE, csrf, 3600)
    return response
