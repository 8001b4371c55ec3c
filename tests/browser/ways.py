"""What readers do, in a word each."""

import os
from pathlib import Path

from playwright.sync_api import BrowserContext, Page


def opened(context: BrowserContext, url: str, troubles: list[str]) -> Page:
    """Open a page that notes every script error and every breach of the content policy."""
    page = context.new_page()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.goto(url)
    return page


def write(page: Page, text: str, name: str) -> None:
    page.get_by_role("textbox", name="Your comment").first.fill(text)
    page.get_by_role("textbox", name="Your name").first.fill(name)
    page.get_by_role("button", name="Post", exact=True).first.click()


def photograph(page: Page, name: str, *, full: bool = False) -> None:
    """Take the picture in light and dark, if pictures are asked for."""
    if folder := os.environ.get("FIRSTWORD_SCREENSHOTS"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=Path(folder) / f"{name}-{scheme}.png", full_page=full)
        page.emulate_media(color_scheme="light")


def go_to_plain(page: Page, url: str, article: str, link: str = "") -> None:
    """Open a page that has nothing but one article's thread."""
    # The canvas is said, not left to the browser: axe would take it for white.
    canvas = "color-scheme: light dark; color: light-dark(#000, #fff); background: light-dark(#fff, #14171a)"
    body = (
        f'<!doctype html><html lang="en" style="{canvas}"><title>{article}</title>'
        f"<main><h1>{article}</h1>"
        f'<div id="firstword" data-article="{article}"></div></main>'
        '<script src="/embed.js" async></script></html>'
    )
    page.route(f"{url}/plain/{article}", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{url}/plain/{article}{link}")
