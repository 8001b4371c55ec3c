"""Turn what a reader typed into HTML that can be trusted.

markdown-it renders a small subset (no raw HTML, no images, no headings), nh3 then keeps only the
listed tags: two independent fences. Links open with rel="nofollow ugc noopener".
"""

import re

import nh3
from markdown_it import MarkdownIt

_TAGS = {"p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"}

# One line that begins with a letter or bracket and holds nothing that Markdown or HTML would read.
_PLAIN = re.compile(r"(?:[^\W\d_]|\[)(?:[^*_`\]<>&\\~\xa0\x00-\x1f\x7f]|\](?!\())*")
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
    if is_plain(body):
        return f"<p>{body}</p>"
    if body.count("[") > MANY_BRACKETS:
        body = body.replace("[", "\\[")
    return _CLEANER.clean(_MARKDOWN.render(body)).strip()


def is_plain(body: str) -> bool:
    """Tell whether a body is a paragraph as it stands: most are, and rendering costs more than scoring."""
    return _PLAIN.fullmatch(body) is not None
