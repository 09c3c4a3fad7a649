"""Whatever stands in a message, a title or a tool's output: nothing of it runs, and nothing loads from elsewhere."""

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import answer, menu, prompts, rows

pytestmark = pytest.mark.browser

RUN = "globalThis.hacked=(globalThis.hacked||0)+1"
ATTACKS = (
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}><animate onbegin={RUN} attributeName=x dur=1s></svg>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"[click](javascript:{RUN})",
    f"[click](JaVaScRiPt&colon;{RUN})",
    f"[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg)\n\n<javascript:{RUN}>",
    f'![x](x" onerror="{RUN})',
    "![x](https://elsewhere.example/track.png)\n\n<img src=https://elsewhere.example/t.png>",
    f"<details open ontoggle={RUN}>x</details><video><source onerror={RUN}></video>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={RUN}&gt;'>",
    f"<form action=javascript:{RUN}><input type=submit autofocus onfocus={RUN}></form>",
    f'```html\n<script>{RUN}</script>\n```\n\n```"><img/src=x onerror={RUN}>\ntext\n```',
    f"| a |\n|---|\n| <img src=x onerror={RUN}> |",
    (
        "<style>@import 'https://elsewhere.example/x.css'; body{display:none}</style>"
        "<link rel=stylesheet href=//elsewhere.example/x>"
    ),
    f"<a href='vbscript:x' style='position:fixed;inset:0'>x</a>{{{{constructor.constructor('{RUN}')()}}}}",
    f"[ref]\n\n[ref]: javascript:{RUN} 'title'",
    f"<base href=https://elsewhere.example/><meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    f'- [x] <img src=x onerror={RUN}>\n- <https://a.example/"onmouseover="{RUN}>',
    f"$\\href{{javascript:{RUN}}}{{x}}$ $\\htmlStyle{{position:fixed}}{{x}}$ \\(\\text{{<img src=x onerror={RUN}>}}\\)",
    f'$$\n\\includegraphics{{https://elsewhere.example/m.png}} \\text{{" style="x" onload="{RUN}}}\n$$',
    "$\\def\\x{\\x\\x}\\x$ $\\rule{9000em}{9000em}$ $\\color{url(https://elsewhere.example/c)}{x}$",
    f"[^1] and [^<b>]\n\n[^1]: <img src=x onerror={RUN}> [x](javascript:{RUN})\n[^<b>]: x\n[^constructor]: x",
    f'![<img src=x onerror={RUN}>](https://elsewhere.example/"onload="{RUN}) ![x](//elsewhere.example/y) ![](/x)',
    f"![x](data:image/svg+xml;base64,PHN2Zy8+) ![x](data:text/html,<script>{RUN}</script>)",
    f"--- a\n+++ b\n@@ -1 +1 @@\n-<img src=x onerror={RUN}>\n+<script>{RUN}</script>",
)

#: Mermaid runs in a frame whose policy stops these, which the browser's console tells.
DIAGRAMS = (
    f'```mermaid\ngraph LR\n A["<img src=x onerror={RUN}>"] --> B\n click A "javascript:{RUN}"\n```',
    f'```mermaid\n%%{{init: {{"securityLevel": "loose", "themeCSS": "<script>{RUN}"}}}}%%\ngraph LR\n A --> B\n```',
    '```mermaid\ngraph LR\n A@{ img: "https://elsewhere.example/n.png", w: 60, h: 60 } --> B\n```',
)

FORBIDDEN = ".rows :is(script, iframe, style, link, form, svg:not(.icon, .katex svg), video, object, embed)"


def seeded(attack: str, number: int) -> list[dict]:
    name, call_id = attack[:60], f"t{number}"
    call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": attack}}
    messages: list[dict] = [
        {"role": "user", "content": attack},
        {"role": "assistant", "content": attack, "reasoning": attack, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call_id, "name": name, "content": attack},
        {"role": "assistant", "content": f"text before {attack} and after"},
    ]
    return [{**message, "timestamp": 1.79e9 + at} for at, message in enumerate(messages)]


def test_no_attack_runs_loads_or_navigates(make_server, open_page):
    server = make_server()
    for number, attack in enumerate(ATTACKS):
        server.seed(f"{number:012x}", attack, seeded(attack, number))
    server.start()
    asked = []
    page = open_page(server.url)
    page.on("request", lambda request: asked.append(request.url))
    expect(rows(page).first).to_be_visible()
    for number in range(len(ATTACKS)):
        page.goto(f"{server.url}/c/{number:012x}")
        expect(prompts(page), ATTACKS[number]).to_have_count(1)
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        expect(page.locator(".fold-body")).to_have_count(page.locator("details").count())
        expect(page.locator(".math:not(.drawn, .wrong)")).to_have_count(0)
        expect(page.locator(".diagram:not(.drawn):not(:has(.diagram-fault))")).to_have_count(0)
        links = page.locator(".rows a[href]")
        for href in links.evaluate_all("all => all.map(one => one.protocol)"):
            assert href in {"http:", "https:", "mailto:"}, ATTACKS[number]
        assert page.locator(FORBIDDEN).count() == 0, ATTACKS[number]
        assert page.url.startswith(server.url)
    assert page.evaluate("globalThis.hacked ?? 0") == 0
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []


def test_no_diagram_runs_or_loads_anything(make_server, browser):
    server = make_server()
    text = "\n\n".join(DIAGRAMS)
    server.seed("00000000abcd", "Diagrams", seeded(text, 0))
    server.start()
    page = browser.new_context().new_page()
    loaded = []
    page.on("requestfinished", lambda request: loaded.append(request.url))
    page.goto(f"{server.url}/c/00000000abcd")
    expect(page.locator(".diagram")).not_to_have_count(0)
    expect(page.locator(".diagram:not(.drawn):not(:has(.diagram-fault))")).to_have_count(0)
    assert [url for url in loaded if "elsewhere" in url] == []
    assert [frame.evaluate("globalThis.hacked ?? 0") for frame in page.frames] == [0] * len(page.frames)
    page.context.close()


#: Feeds a text to a sheet of the page in pieces of one length, and then whole to another one: both must look the same.
FEED = """async ([text, size]) => {
  const { Sheet } = await import('/static/render/sheet.js');
  const [fed, whole] = [0, 1].map(() => document.body.appendChild(document.createElement('div')));
  const sheet = new Sheet(fed);
  for (let at = size; at < text.length; at += size) sheet.show(text.slice(0, at), true);
  sheet.show(text, false);
  new Sheet(whole).show(text, false);
  const bad = [fed, whole].flatMap((one) => [...one.querySelectorAll('script, style, form, iframe, video')]).length;
  const seen = [fed, whole].map((one) => one.innerText.replace(/\\s+/g, ' '));
  fed.remove();
  whole.remove();
  return { bad, same: seen[0] === seen[1], seen };
}"""


@pytest.mark.parametrize("size", [1, 2, 7])
def test_hostile_text_cut_anywhere_runs_nothing_and_ends_as_the_whole(server, open_page, size):
    page = open_page(server.url)
    for text in ATTACKS:
        fed = page.evaluate(FEED, [f"{text}\n\nThen words, *more* words. And the end", size])
        assert fed["bad"] == 0, text
        assert fed["same"], fed["seen"]
    assert page.evaluate("globalThis.hacked ?? 0") == 0


def test_a_title_of_ones_own_is_text(server, open_page):
    page = open_page(server.url)
    answer(page, ATTACKS[1])
    menu(page, rows(page), "Rename")
    page.get_by_role("textbox", name="Title").fill(ATTACKS[0] + ATTACKS[2])
    page.keyboard.press("Enter")
    expect(rows(page)).to_contain_text("<script>")
    expect(prompts(page)).to_contain_text("onerror")
    assert page.evaluate("globalThis.hacked ?? 0") == 0
