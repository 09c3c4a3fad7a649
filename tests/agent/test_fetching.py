"""Pages of the web are read, and nothing on this network: in no form of writing an address, by no name, no redirect."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from hermes_webui.engines.tools import address
from hermes_webui.engines.tools.base import ToolFailure
from hermes_webui.engines.tools.readable import readable
from hermes_webui.engines.tools.web import Web, _resolved
from tests.peers.agent import answer, asked, serving


class Target:
    """A server on loopback that nothing may reach; it counts who does."""

    def __init__(self):
        self.hits = 0
        self.port = 0
        self.reply = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nsecret"

    async def serve(self, reader, writer):
        self.hits += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self.reply)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def target():
    found = Target()
    four = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = four.sockets[0].getsockname()[1]
    six = await asyncio.start_server(found.serve, "::1", found.port)
    async with four, six:
        yield found


class Silent:
    """A running call that nobody watches."""

    call_id = "c"

    def output(self, text):
        pass


async def fetched(web, url, start=0):
    (tool,) = web.tools()
    intent = await tool.prepare({"url": url, "start": start})
    return await intent.run(Silent())


LITERALS = [
    *("127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "017700000001", "0x7f000001", "0x7f.1"),
    *("0177.0.0.1", "0177.0.0.01", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "127.0.0.0x1", "0000177.0.0.1", "127.0.0.1."),
    *("00000000000000000000177.1", "0x7F000001", "0X7F.1", "127.00.0.1", "127.0.0.01", "4294967297", "0x17f000001"),
    *("0", "0.0.0.0", "0x0", "00", "0.0", "0.0.0.0.", "0.1.2.3", "127.0.0.1%00", "127.0.0.1%2f", "%31%32%37.0.0.1"),
    *(
        "①②⑦.⓪.⓪.①",
        "１２７.０.０.１",
        "127。0。0。1",
        "127．0．0．1",
        "127｡0｡0｡1",
        "⑫7.0.0.1",
        "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    ),
    *("localhost", "LOCALHOST", "localhost.", "LocalHost.", "localhost..", "ｌocalhost", "localhoſt", "ip6-localhost"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]", "[::127.0.0.1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::FFFF:127.0.0.1]", "[::ffff:0.0.0.0]"),
    *(
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::127.0.0.1]",
        "[64:ff9b::10.0.0.1]",
    ),
    *("[2002:7f00:1::]", "[2002:7f00:0001::1]", "[2002:a00:1::]", "[2002:c0a8:101::]", "[2002:a9fe:a9fe::]"),
    *("[2001:0:7f00:1::]", "[2001::80ff:fffe]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2001:db8::1]"),
    *(
        "[2001:470::5efe:127.0.0.1]",
        "[2001:470::200:5efe:10.0.0.1]",
        "[2a00::0:5efe:7f00:1]",
        "[2600::200:5efe:c0a8:1]",
    ),
    *(
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fe80::1%lo]",
        "[fe80::1%251]",
        "[::1%25lo]",
        "[fec0::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
    ),
    *(
        "[ff02::1]",
        "[ff01::1]",
        "[100::1]",
        "[3fff::1]",
        "[5f00::1]",
        "[2620:4f:8000::1]",
        "[4000::1]",
        "[::2]",
        "[1::1]",
    ),
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.254", "100.64.0.1"),
    *("100.127.255.255", "169.254.169.254", "169.254.170.2", "169.254.0.1", "192.0.0.1", "192.0.0.192", "192.0.2.1"),
    *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
    *(
        "255.255.255.255",
        "192.88.99.1",
        "168.63.129.16",
        "100.100.100.200",
        "192.52.193.1",
        "192.31.196.1",
        "192.175.48.1",
    ),
    *(
        "0xA9FEA9FE",
        "2852039166",
        "0251.0376.0251.0376",
        "0xa9.0xfe.0xa9.0xfe",
        "169.254.43518",
        "3232235521",
        "167772161",
    ),
    *("012.0.0.1", "0xa.0.0.1", "10.1", "192.168.1", "0xc0.0xa8.1", "3232235777", "0300.0250.0.1", "0xAC100001"),
    *(
        "a..b",
        "-a.b",
        "a b",
        "127.0.0.1:80:80",
        "[::1",
        "::1",
        "[127.0.0.1]",
        "127.0.0.1#",
        "127.0.0.1?",
        "[v1.127.0.0.1]",
    ),
    *("127.0.0.1.1", "256.0.0.1", "1.2.3.4.5", "0x", "0x.1", "127.0.0.", ".127.0.0.1", "127..0.1", "08.0.0.1", "0xg.1"),
]
WHOLE = [
    "http://example.com@127.0.0.1:{port}/",
    "http://example.com:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@127.0.0.1:{port}/",
    "http://user:pass@localhost:{port}/",
    "http://@127.0.0.1:{port}/",
    "http://:@127.0.0.1:{port}/",
    "http://example.com\\@127.0.0.1:{port}/",
    "http:\\\\127.0.0.1:{port}/",
    "http:/\\127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}/",
    "HTTP://127.0.0.1:{port}/",
    "hTtP://LOCALHOST:{port}/",
    " http://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/ ",
    "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1\n:{port}/",
    "http://127.0.0\r.1:{port}/",
    "http://127.0.0.1\0:{port}/",
    "http://\u200b127.0.0.1:{port}/",
    "http://127.0.0.1\u00ad:{port}/",
    "http://127.0.0.1:{port}#@example.com/",
    "http://127.0.0.1:{port}?@example.com/",
    "http://127.0.0.1:{port}/@example.com/",
    "http://127.0.0.1:00{port}/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:-1/",
    "http://127.0.0.1:+{port}/",
    "http://127.0.0.1:{port}abc/",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_GET",
    "dict://127.0.0.1:{port}/",
    "ldap://127.0.0.1:{port}/",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "jar:http://127.0.0.1:{port}!/",
    "ws://127.0.0.1:{port}/",
    "unix:///var/run/docker.sock",
    "view-source:http://127.0.0.1:{port}/",
    "http+unix://%2fvar%2frun%2fdocker.sock/",
    "https://127.0.0.1:{port}/",
    "https://[::1]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "http://" + "a" * 300 + ":{port}/",
    "http://" + "1" * 5000 + "/",
]
NAMES = {
    "loop.test": ["127.0.0.1"],
    "six.test": ["::1"],
    "both.test": ["93.184.216.34", "127.0.0.1"],
    "late.test": ["93.184.216.34", "2606:2800:220:1::1", "::ffff:127.0.0.1"],
    "meta.test": ["169.254.169.254"],
    "nat.test": ["64:ff9b::7f00:1"],
    "six-to-four.test": ["2002:7f00:1::"],
    "scope.test": ["fe80::1%1"],
    "odd.test": ["not an address"],
    "none.test": [],
}


def forms(port):
    return [
        *(f"http://{host}:{port}/" for host in LITERALS),
        *(each.replace("{port}", str(port)) for each in WHOLE),
        *(f"http://{name}:{port}/" for name in NAMES),
    ]


async def named(host, port):
    return NAMES[host] if host in NAMES else await _resolved(host, port)


async def test_no_form_of_an_address_reaches_this_machine_or_its_network():
    web = Web(resolve=named)
    async with target() as found:
        urls = forms(found.port)
        assert len(urls) >= 200
        for url in urls:
            with pytest.raises(ToolFailure):
                await fetched(web, url)
        assert found.hits == 0


async def test_a_name_that_changes_its_address_after_it_was_looked_at_leads_nowhere():
    asks = []

    async def turning(host, port):
        asks.append(host)
        return ["203.0.114.1"] if len(asks) == 1 else ["127.0.0.1"]

    async with target() as found:
        parts = address.parsed(f"http://turning.test:{found.port}/")
        told = address.checked(*address.host_of(parts), await turning("turning.test", 0), ())
        assert told == ["203.0.114.1"]
        with pytest.raises(ToolFailure):
            address.checked(*address.host_of(parts), await turning("turning.test", 0), ())


@pytest.mark.parametrize(
    "there", ["http://127.0.0.1:{port}/x", "http://localhost:{port}/", "http://2130706433/", "file:///etc/passwd"]
)
async def test_a_redirect_is_looked_at_again(there):
    async with target() as inner, target() as outer:
        outer.reply = (
            f"HTTP/1.1 302 Found\r\nLocation: {there.format(port=inner.port)}\r\nContent-Length: 0\r\n\r\n".encode()
        )

        async def named(host, port):
            return ["127.0.0.1"]

        web = Web(private=["open.test"], resolve=named)
        try:
            told = await fetched(web, f"http://open.test:{outer.port}/")
            assert "secret" not in told.text
        except ToolFailure:
            pass
        assert (inner.hits, outer.hits) == (0, 1)


async def test_the_connection_goes_to_the_address_that_was_looked_at():
    async with target() as found:

        async def named(host, port):
            return ["127.0.0.1"]

        told = await fetched(
            Web(private=[f"opened.test:{found.port}"], resolve=named), f"http://opened.test:{found.port}/a"
        )
        assert told.text.endswith("secret")
        assert found.hits == 1


@pytest.mark.parametrize("host", ["93.184.216.34", "1.1.1.1", "8.8.8.8", "2606:4700::1111", "2001:4860:4860::8888"])
def test_public_addresses_are_open(host):
    assert address.checked("example.org", 443, [host], ()) == [host]


def test_an_address_is_told_in_its_plain_form():
    found = [address.written(address.parsed(url)) for url in ("HTTP://Example.ORG:80", "https://é.example/a?b#c")]
    assert found == ["http://example.org/", "https://xn--9ca.example/a?b"]


async def test_a_page_without_an_end_is_left():
    async with target() as found:
        found.reply = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 4_000_000
        told = await fetched(Web(private=["127.0.0.1"]), f"http://127.0.0.1:{found.port}/")
        assert told.text.endswith("[The page is longer than what is read of one.]")
        assert len(told.text) < 50_000


def test_html_becomes_text_with_its_links():
    html = (
        b"<html><head><title>t</title><script>x()</script></head><body><h1>Top</h1><p>One <b>two</b><ul><li>a<li>b</ul>"
    )
    told = readable(
        html + b'<a href="/c?d">see</a><script>evil</script><pre>  as it\n  is</pre>', "text/html", "http://a.b/"
    )
    assert "# Top" in told
    assert "- a" in told
    assert "see (http://a.b/c?d)" in told
    assert "  is" in told
    assert "evil" not in told
    assert readable(b"\x89PNG\0\0", "image/png", "") == "[image/png, 6 bytes: no text]"


async def test_a_page_is_asked_about_and_allowed_for_its_whole_server(peer, tmp_path):
    work = tmp_path / "work"
    async with target() as found:
        tools = {"tools": {"private_hosts": [f"127.0.0.1:{found.port}"]}}
        async with serving(peer, tmp_path / "state", work, tools) as app:
            url = f"http://127.0.0.1:{found.port}/a?b=c"
            session_id = await app.new()
            prompt = f"please call: fetch_url {json.dumps({'url': url})}\nplease say: read"
            run = (await app.start(session_id, prompt))["stream_id"]
            (question,) = await asked(app, session_id)
            assert question["call"]["subject"] == url
            assert [each.get("grant") for each in question["options"]][
                1
            ] == f"fetch_url(http://127.0.0.1:{found.port}/*)"
            await answer(app, session_id, question["request_id"], "session")
            await app.ended(run)
            await app.ended((await app.start(session_id, prompt.replace("a?b", "d?e")))["stream_id"])
            assert found.hits == 2
            assert "secret" in (await app.messages(session_id))[-2]["content"]
