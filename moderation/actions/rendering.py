"""Turn what a reader typed into HTML that can be trusted.

markdown-it renders a small subset (no raw HTML, no images, no headings), nh3 then keeps only the
listed tags: two independent fences. Links open with rel="nofollow ugc noopener".
"""

import nh3
from markdown_it import MarkdownIt

_TAGS = {"p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"}

MANY_BRACKETS = 100  # nobody links that often; unclosed ones cost markdown-it quadratic time

_MARKDOWN = MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True}).disable(
    ["heading", "lheading", "image", "table", "hr", "html_block", "html_inline", "reference"]
)
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href", "title"}},
    url_schemes={"http", "https"},
    link_rel="nofollow ugc noopener noreferrer",
)


def render(body: str) -> str:
    """Return the sanitised HTML of a Markdown body."""
    if body.count("[") > MANY_BRACKETS:
        body = body.replace("[", "\\[")
    return _CLEANER.clean(_MARKDOWN.render(body)).strip()
