"""The settings of tools and agents: when they ask, servers, personalities, what is found here."""

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import session_id
from tests.e2e.served_tools import serve_tools
from tests.peers.openai_server import ModelPeer

pytestmark = pytest.mark.browser


def test_when_agents_ask_is_chosen_and_patterns_are_allowed_and_taken_back(server, open_page):
    page = open_page(f"{server.url}/settings/tools")
    serve_tools(page)
    page.reload()
    group = page.get_by_role("radiogroup", name="When agents ask")
    expect(group.get_by_role("radio", name="Each time")).to_be_checked()
    group.get_by_role("radio", name="Never").click()
    expect(group.get_by_role("radio", name="Never")).to_be_checked()
    expect(page.get_by_text("without asking, even where a page or a file")).to_be_visible()
    group.get_by_role("radio", name="Once per session").click()
    expect(page.get_by_text("without asking, even where a page or a file")).to_have_count(0)
    page.get_by_role("textbox", name="A pattern to allow").fill("(nonsense")
    page.get_by_role("button", name="Allow", exact=True).click()
    expect(page.get_by_text("is no pattern")).to_be_visible()
    page.get_by_role("textbox", name="A pattern to allow").fill("write_file(docs/*)")
    page.get_by_role("button", name="Allow", exact=True).click()
    expect(page.get_by_role("button", name="Ask about write_file(docs/*) again")).to_be_visible()
    page.reload()
    expect(group.get_by_role("radio", name="Once per session")).to_be_checked()
    page.get_by_role("button", name="Ask about write_file(docs/*) again").click()
    expect(page.get_by_text("write_file(docs/*)", exact=True)).to_have_count(1)  # of the hint


def test_mcp_servers_are_tested_changed_added_and_their_tools_tried(server, open_page):
    page = open_page(f"{server.url}/settings/tools")
    wishes = serve_tools(page)
    page.reload()
    expect(page.get_by_text("Nothing answers at http://127.0.0.1:8000/mcp")).to_be_visible()
    expect(page.get_by_role("switch", name="Use weather")).to_be_disabled()
    page.get_by_role("button", name="Test files").click()
    expect(page.get_by_text("files answers: 2 tools.")).to_be_visible()
    page.get_by_role("button", name="2 tools").click()
    page.get_by_role("switch", name="Use write_file").click()
    page.get_by_role("button", name="Try read_file").click()
    expect(page.get_by_role("textbox", name="Arguments as JSON")).to_have_value('{\n  "path": ""\n}')
    page.get_by_role("textbox", name="Arguments as JSON").fill("[1]")
    page.get_by_role("button", name="Call it").click()
    expect(page.get_by_text("Enter a JSON object")).to_be_visible()
    page.get_by_role("textbox", name="Arguments as JSON").fill('{"path": "a"}')
    page.get_by_role("button", name="Call it").click()
    expect(page.get_by_role("region", name="Output")).to_have_text("three notes")
    page.get_by_role("button", name="Add a server").click()
    page.get_by_label("Name", exact=True).fill("everything")
    page.get_by_label("Command", exact=True).fill("npx")
    page.get_by_label("Arguments", exact=True).fill("-y\n@modelcontextprotocol/server-everything")
    page.get_by_label("Environment").fill("TOKEN=a=b\nnonsense")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    page.get_by_role("switch", name="Use files").click()
    expect(page.get_by_role("switch", name="Use files")).to_be_enabled()
    saved = {
        "name": "everything",
        "command": "npx",
        "args": ["-y", "@modelcontextprotocol/server-everything"],
        "env": {"TOKEN": "a=b"},
    }
    assert wishes == [
        ("/api/mcp/test", {"name": "files"}),
        ("/api/mcp/tool", {"server": "files", "tool": "write_file", "enabled": True}),
        ("/api/mcp/try", {"server": "files", "tool": "read_file", "arguments": {"path": "a"}}),
        ("/api/mcp/save", saved),
        ("/api/mcp/save", {"name": "files", "enabled": False}),
    ]


def test_personalities_are_written_changed_and_deleted(server, open_page):
    page = open_page(f"{server.url}/settings/tools")
    wishes = serve_tools(page)
    page.reload()
    page.get_by_role("button", name="Change Terse").click()
    page.get_by_label("Instructions", exact=True).fill("Be brief.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Add a personality").click()
    page.get_by_label("Name", exact=True).fill("Pirate")
    page.get_by_label("Instructions", exact=True).fill("Arr.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Change Terse").click()
    page.get_by_role("button", name="Delete this personality").click()
    expect(page.get_by_role("button", name="Delete this personality")).to_have_count(0)
    assert wishes == [
        ("/api/personalities/save", {"name": "Terse", "prompt": "Be brief.", "id": "p1"}),
        ("/api/personalities/save", {"name": "Pirate", "prompt": "Arr."}),
        ("/api/personalities/delete", {"id": "p1"}),
    ]


def test_agents_that_are_found_are_tested_and_the_others_say_how_to_install_them(server, open_page):
    page = open_page(f"{server.url}/settings/agents")
    wishes = serve_tools(page)
    page.reload()
    expect(page.get_by_text("It ended before it answered")).to_be_visible()
    page.get_by_role("button", name="Test Hermes Agent").click()
    expect(page.get_by_text("Hermes Agent answers, after 1.2 s.")).to_be_visible()
    expect(page.get_by_role("region", name="Can be installed")).to_contain_text("npm install -g @google/gemini-cli")
    assert wishes == [("/api/agents/test", {"id": "hermes"})]


def test_a_server_that_has_no_such_thing_says_so_and_can_be_asked_again(server, open_page):
    page = open_page(f"{server.url}/settings/agents")
    error = {"error": {"code": "forbidden", "message": "Only the owner may see this."}}
    page.route("**/api/agents", lambda route: route.fulfill(status=403, json=error))
    page.reload()
    expect(page.get_by_text("Only the owner may see this.")).to_be_visible()
    serve_tools(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Hermes Agent")).to_be_visible()


def test_a_conversation_is_given_a_personality_and_tools_in_the_composer(make_server, open_page):
    with ModelPeer() as peer:
        server = make_server()
        server.settings["OPENAI_BASE_URL"] = f"{peer.url}/v1"
        server.settings["OPENAI_API_KEY"] = "sk-test"
        server.start()
        page = open_page(server.url)
        serve_tools(page)
        wishes = []

        def take(route):
            wishes.append(route.request.post_data_json)
            route.fulfill(json={})

        page.route("**/api/session/configure", take)
        expect(page.get_by_role("button", name="Model:")).not_to_contain_text("Demo")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("menuitemcheckbox", name="Files")).to_be_checked()
        page.get_by_role("menuitemcheckbox", name="Shell").click()
        page.get_by_role("menuitemradio", name="Terse").click()
        expect(page.get_by_role("menuitemcheckbox", name="Shell")).to_be_checked()
        expect(page.get_by_role("menuitemradio", name="Terse")).to_be_checked()
        known = session_id(page)
        assert wishes == [
            {"session_id": known, "enabled_toolsets": ["files", "shell"]},
            {"session_id": known, "personality": "p1"},
        ]


def test_an_agent_stands_in_the_chooser_and_one_that_is_missing_leads_to_the_settings(server, open_page):
    page = open_page(server.url)
    serve_tools(page)

    def with_agents(route):
        answer = route.fetch()
        told = answer.json()
        model = {"id": "default", "provider": "hermes", "name": "Hermes"}
        told["providers"] += [
            {"id": "hermes", "name": "Hermes Agent", "engine": "hermes", "ready": True, "hint": "", "models": [model]},
            {"id": "gemini", "name": "Gemini CLI", "engine": "gemini", "ready": False, "hint": "It is not installed."},
        ]
        route.fulfill(response=answer, json=told)

    page.route("**/api/models", with_agents)
    page.reload()
    page.get_by_role("button", name="Model:").click()
    expect(page.get_by_role("group", name="Hermes Agent")).to_contain_text("agent")
    page.get_by_text("not set up").click()
    page.get_by_role("button", name="How to install it").click()
    expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_visible()
