"""What a reader typed becomes HTML that can be trusted: a small subset, and nothing else."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.actions.rendering import is_plain, render

TAGS = {"p", "br", "em", "strong", "del", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"}
ATTRIBUTES = {"href", "title", "rel"}
LINK = '<a href="https://example.org" rel="nofollow ugc noopener noreferrer">'

PIECES = st.sampled_from(
    [
        *(
            "<script>",
            "</script>",
            "<img src=x onerror=alert(1)>",
            "<svg/onload=a()>",
            "<a href=",
            "<!--",
            "]]>",
        ),
        *(
            "javascript:",
            "data:text/html,",
            "vbscript:",
            "JaVa\tScRiPt:",
            "&#106;",
            "&lt;",
            "%3Cscript",
            "//",
        ),
        *("[", "](", ")", "![", "](<", ">)", '"', "'", "`", "```", "\n", "\n\n", "    ", "> ", "- ", "1. "),
        *("*", "**", "_", "~~", "#", "|", "---", "\\", "<https://a.b>", "x", "😀", "\0", "\u202e", "[a]: x"),
    ]
)
HOSTILE = st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join)


class Reader(HTMLParser):
    """Reads what a browser would: every tag with its attributes, and comments."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.asides: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.asides.append(data)

    def handle_decl(self, decl: str) -> None:
        self.asides.append(decl)


def check(html: str) -> None:
    page = Reader(html)
    assert {tag for tag, _ in page.tags} <= TAGS
    assert page.asides == []
    for tag, attributes in page.tags:
        assert set(attributes) <= (ATTRIBUTES if tag == "a" else set())
        if "href" in attributes:
            assert urlsplit(attributes["href"] or "").scheme in {"http", "https", ""}


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("plain", "<p>plain</p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("1. a", "<ol>\n<li>a</li>\n</ol>"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("```py\n<a>\n```", "<pre><code>&lt;a&gt;\n</code></pre>"),
        ("[a](https://example.org)", f"<p>{LINK}a</a></p>"),
        ("1 < 2 && 3 > 2", "<p>1 &lt; 2 &amp;&amp; 3 &gt; 2</p>"),
        ("# no heading", "<p># no heading</p>"),
        ("no\n---\nrule", "<p>no<br>\n---<br>\nrule</p>"),
        ("![a](https://example.org/x.png)", "https://example.org/x.png"),
        ("https://example.org", "<p>https://example.org</p>"),
        ("", ""),
    ],
)
def test_a_small_subset_of_markdown_becomes_html(body: str, html: str) -> None:
    rendered = render(body)
    check(rendered)
    assert "<img" not in rendered
    if not body.startswith("!"):
        assert rendered == html


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<b onclick=a()>x</b>",
        "<style>*{display:none}</style>",
        "<iframe src=//evil.example></iframe>",
        "<!-- a --><![CDATA[x]]><?php x ?>",
        "<a href='javascript:alert(1)'>x</a>",
    ],
)
def test_html_that_was_typed_is_shown_as_it_was_typed(body: str) -> None:
    page = Reader(render(body))
    assert {tag for tag, _ in page.tags} == {"p"}
    assert page.asides == []


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java&#115;cript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "blob:https://a.example/1",
        "mailto:a@b.example",
    ],
)
def test_a_link_leads_to_the_web_or_nowhere(address: str) -> None:
    html = render(f"[x]({address}) <{address}>")
    assert [attributes for tag, attributes in Reader(html).tags if "href" in attributes] == []


def test_a_link_carries_no_trust_with_it() -> None:
    ((_, paragraph), (_, link)) = Reader(render('[x](https://example.org "a title")')).tags
    assert paragraph == {}
    assert link["rel"] == "nofollow ugc noopener noreferrer"
    assert link["title"] == "a title"


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_whatever_is_typed_only_listed_tags_and_attributes_come_out(body: str) -> None:
    check(render(body))


SIGNS = [*"abXYZ 019.,;:!?-+=#()[]{}|^$%/@'\"“”é😀ß\u200b\u2028\u00ad", "[x]", "http://a.b", "1. ", "![a]"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SIGNS), min_size=1, max_size=20).map(lambda signs: "".join(signs).strip()))
def test_a_plain_line_is_rendered_as_markdown_would(body: str) -> None:
    """A letter behind a blank line makes the same text one that Markdown is asked about."""
    if body and is_plain(body):
        assert f"{render(body)}\n<p>*</p>" == render(f"{body}\n\n\\*")


def test_deep_nesting_ends() -> None:
    check(render(">" * 4000))
    check(render("[" * 2000 + "](" * 1000))
    check(render("*_" * 2000))
