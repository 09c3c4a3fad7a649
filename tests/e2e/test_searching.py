"""Words in all conversations: below the titles in the list, and in the palette, each the way to its place."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat import answer, composer, prompts, rows

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> & bees"


def seeded(server: Any) -> None:
    """Three conversations; a word of two of them stands in no title."""
    for number, (title, said) in enumerate(
        {
            "Garden": ["What lives in the lime tree?", "Bees, a great many of them."],
            "Roof": ["What hums up there?", f"Probably {HOSTILE}"],
            "Trains": ["When does it leave?", "At noon."],
        }.items()
    ):
        roles = ("user", "assistant")
        messages = [
            {"role": roles[at % 2], "content": text, "timestamp": 1_700_000_000 + 100 * number + at}
            for at, text in enumerate(said)
        ]
        server.seed(f"s{number:05d}", title, messages)
    server.start()


def found(page: Page) -> Locator:
    return page.get_by_role("region", name="In messages").get_by_role("link")


def test_the_list_shows_messages_below_titles_and_leads_to_them(make_server, open_page):
    server = make_server()
    seeded(server)
    page = open_page(server.url)
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("Control+Shift+F")
    page.keyboard.type("bees")
    expect(found(page)).to_have_count(2)
    expect(rows(page)).to_have_count(0)
    expect(page.get_by_role("region", name="In messages").get_by_role("status")).to_have_text("2 messages found")
    expect(found(page).first).to_contain_text("Roof")
    expect(found(page).first.locator("mark")).to_have_text("bees")
    expect(found(page).first).to_contain_text(HOSTILE)
    expect(found(page).last.locator("mark")).to_have_text("Bees")
    found(page).last.click()
    expect(page.get_by_role("article", name="Reply")).to_contain_text("a great many")
    expect(page.locator("[data-at]:focus-within")).to_contain_text("a great many")
    page.get_by_role("searchbox").fill("garden")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_text("No message holds these words.")).to_be_visible()
    page.get_by_role("searchbox").fill("#garden")
    expect(page.get_by_role("region", name="In messages")).to_have_count(0)
    page.get_by_role("searchbox").fill("")
    expect(rows(page)).to_have_count(3)


def test_the_arrows_go_from_the_titles_into_the_messages_and_back(make_server, open_page):
    server = make_server()
    seeded(server)
    page = open_page(server.url)
    page.get_by_role("searchbox").fill("what")
    expect(found(page)).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(found(page).first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(found(page).last).to_be_focused()
    page.keyboard.press("Delete")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/c/s0000\d#m\d+-"))
    page.get_by_role("searchbox").fill("")
    expect(rows(page)).to_have_count(3)


def test_what_was_just_said_is_found_and_a_title_stands_above_it(server, open_page):
    page = open_page(server.url)
    answer(page, "wombats dig at night")
    page.get_by_role("searchbox").fill("wombats")
    expect(rows(page)).to_have_count(1)
    expect(found(page).first).to_contain_text("wombats dig at night")
    page.keyboard.press("ArrowDown")
    expect(rows(page).get_by_role("link")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(found(page).first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rows(page).get_by_role("link")).to_be_focused()


def test_the_palette_finds_messages_and_leads_to_all_of_them(make_server, open_page):
    server = make_server()
    seeded(server)
    page = open_page(server.url)
    page.keyboard.press("Control+k")
    page.keyboard.type("bees")
    group = page.get_by_role("group", name="Messages")
    expect(group.get_by_role("option")).to_have_count(3)
    expect(group.get_by_role("option").first).to_contain_text("Roof")
    expect(group.get_by_role("option").first.locator("mark")).to_have_text("bees")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option", selected=True)).to_have_text("All messages with “bees”")
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("bees")
    expect(found(page)).to_have_count(2)
    page.keyboard.press("Control+k")
    page.keyboard.type("noon")
    expect(group.get_by_role("option")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(prompts(page)).to_have_text(re.compile("When does it leave"))
    expect(page).to_have_url(re.compile(r"/c/s00002"))


def test_a_search_that_fails_says_so_and_leaves_the_list(make_server, open_page):
    server = make_server()
    seeded(server)
    page = open_page(server.url)
    page.route("**/api/search?*", lambda route: route.fulfill(status=503, json={"error": {"message": "Look again."}}))
    page.get_by_role("searchbox").fill("garden")
    expect(page.get_by_text("Look again.")).to_be_visible()
    expect(rows(page)).to_have_count(1)
    composer(page).fill("still here")


def test_while_older_conversations_are_read_it_says_so_and_asks_again(make_server, open_page):
    server = make_server()
    seeded(server)
    page = open_page(server.url)
    hit = {"session_id": "s00000", "id": "m3-0000", "role": "user", "title": "Garden", "archived": False}
    one = {**hit, "timestamp": 1_700_000_000, "turn": 1, "count": 1, "snippet": ["", "bees", " hum"]}
    answers = [{"hits": [one], "next": None, "progress": 0.4, "trouble": ""}]
    page.route("**/api/search?*", lambda route: route.fulfill(json=answers[-1]))
    page.get_by_role("searchbox").fill("bees")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0.4")
    expect(found(page)).to_have_count(1)
    answers.append({"hits": [one, {**one, "id": "m2-0000"}], "next": None, "progress": 1, "trouble": ""})
    expect(found(page)).to_have_count(2)
    expect(page.get_by_role("progressbar")).to_have_count(0)


def marked(page: Page) -> list[str]:
    """The words that are marked in the message that a search has led to, as far as they are in view."""
    return page.evaluate("""() => [...(CSS.highlights.get('found-now') ?? [])]
        .filter((range) => { const { top } = range.getBoundingClientRect(); return top > 0 && top < innerHeight; })
        .map(String)""")


def until(page: Page, condition: str) -> None:
    """Returns once the expression is true in the page; what is not true after some seconds never is."""
    page.evaluate(f"""() => new Promise((done, failed) => {{
        const end = performance.now() + 20000;
        const look = () => {{
            if ({condition}) done();
            else if (performance.now() > end) failed(new Error('it is never true'));
            else requestAnimationFrame(look);
        }};
        look();
    }})""")


def test_the_words_are_marked_where_they_stand_also_at_the_end_of_a_folded_prompt(make_server, open_page):
    server = make_server()
    long = "word upon word upon word, " * 600 + "and a quokka at its end"
    said = [{"role": "user", "content": long, "timestamp": 1.0}, {"role": "assistant", "content": "ok"}]
    server.seed("long", "Long", said)
    seeded(server)
    page = open_page(server.url)
    page.get_by_role("searchbox").fill("quokka end")
    found(page).first.click()
    expect(page.get_by_role("button", name="Show less")).to_be_attached()
    until(page, "CSS.highlights.get('found-now')?.size === 2")
    until(page, "document.querySelector('.scroller').scrollTop > 200")
    assert sorted(marked(page)) == ["end", "quokka"]
    page.get_by_role("searchbox").fill("bees")
    expect(found(page)).to_have_count(2)
    found(page).last.click()
    until(page, "CSS.highlights.get('found-now')?.size === 1")
    assert marked(page) == ["Bees"]
    composer(page).fill("and now?")
    composer(page).press("Enter")
    until(page, "!CSS.highlights.get('found-now')")


def test_part_of_the_list_is_searched_and_one_step_leads_to_all(make_server, open_page):
    server = make_server()
    seeded(server)
    page = open_page(server.url)
    page.get_by_role("button", name="Archive", exact=True).click()
    page.get_by_role("searchbox").fill("bees")
    expect(page.get_by_text("No message holds these words.")).to_be_visible()
    page.get_by_role("button", name="Search all conversations").click()
    expect(found(page)).to_have_count(2)
    expect(page.get_by_role("searchbox")).to_have_value("bees")
    page.get_by_role("searchbox").fill("->")
    expect(page.get_by_text("Messages are searched for words")).to_be_visible()


def test_the_trash_is_searched_by_its_titles(make_server, open_page):
    server = make_server()
    seeded(server)
    page = open_page(server.url)
    for name in ("s00000", "s00001"):
        page.request.post(f"{server.url}/api/session/delete", data={"session_id": name})
    page.get_by_role("button", name="Trash", exact=True).click()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("searchbox").fill("roof")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("Roof")
    page.get_by_role("searchbox").fill("nothing")
    expect(page.get_by_text("No title", exact=False)).to_be_visible()


def test_a_search_in_vain_does_not_look_like_a_first_visit(make_server, open_page):
    server = make_server()
    seeded(server)
    page = open_page(server.url)
    expect(rows(page)).to_have_count(3)
    expect(page.get_by_role("button", name="Try the demo")).to_have_count(0)
    page.get_by_role("searchbox").fill("nowhere")
    expect(page.get_by_text("No message holds these words.")).to_be_visible()
    expect(page.get_by_role("button", name="Try the demo")).to_have_count(0)
