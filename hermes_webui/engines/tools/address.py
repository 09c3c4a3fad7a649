"""Which addresses may be fetched: those of the public internet, in whatever form they are written. Pure.

A name is asked for its addresses, and every one of them must be public; the connection then goes to one that was
looked at, not to the name. So neither a second answer of the name server nor a redirect leads elsewhere.

The networks are those of IANA's special-purpose registries. Of IPv6 only what is given to the internet is open: forms
that hold an IPv4 address (mapped, compatible, translated, NAT64, 6to4, Teredo) are not, and ISATAP is judged by both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from hermes_webui.engines.tools.base import ToolFailure

Address = IPv4Address | IPv6Address

PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}
LONGEST: Final = 4096

_CLOSED_4: Final[Sequence[IPv4Network]] = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
            "168.63.129.16/32",  # Azure's own services, from inside a machine there
        ),
    )
)
#: Only what is given to the internet at all (2000::/3), less what has another meaning in it.
_OPEN_6: Final = IPv6Network("2000::/3")
_CLOSED_6: Final[Sequence[IPv6Network]] = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})

_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*")
#: How numbers are written that the system would take for an address: decimal, octal, hexadecimal, in one to four parts.
_NUMBERS: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}")


def is_public(address: Address) -> bool:
    """Whether this address is one of the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    if address.scope_id is not None or address not in _OPEN_6 or any(address in network for network in _CLOSED_6):
        return False
    return all(is_public(inner) for inner in _held(address))


def _held(address: IPv6Address) -> Iterator[IPv4Address]:
    """IPv4 addresses that this one leads to within the open networks."""
    number = int(address)
    if (number >> 32) & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)


def parsed(url: str) -> SplitResult:
    """The address in its plain form: scheme and host in lower case, no user, no fragment. Raises `ToolFailure` for what
    cannot be fetched whatever it leads to.
    """
    if (
        len(url) > LONGEST
        or any(character.isspace() or not character.isprintable() for character in url)
        or "\\" in url
    ):
        raise _refused("it holds a character that no address holds, or is too long")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise _refused("it is no address") from error
    if parts.scheme not in PORTS:
        raise _refused("only http and https addresses are fetched")
    if parts.username is not None or parts.password is not None:
        raise _refused("it holds a user name")
    if port == 0:
        raise _refused("there is no port 0")
    host = _host(host)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port in {None, PORTS[parts.scheme]} else f"{shown}:{port}"
    return SplitResult(parts.scheme, netloc, parts.path or "/", parts.query, "")


def _host(host: str) -> str:
    if ":" in host:
        try:
            return str(IPv6Address(host))
        except ValueError as error:
            raise _refused("its host is no address") from error
    name = host.removesuffix(".").lower()
    if not name.isascii():  # letters that only look like digits or dots would become them
        try:
            name = name.encode("idna").decode()
        except UnicodeError as error:
            raise _refused("its host is no name") from error
    if not _HOST.fullmatch(name) or len(name) > 253:  # noqa: PLR2004 - the longest name that there is
        raise _refused("its host is no name")
    if _NUMBERS.fullmatch(name) or _last_is_number(name):
        try:
            return str(IPv4Address(name))
        except ValueError as error:
            raise _refused("its host is a number; write it as a plain address") from error
    return name


def _last_is_number(name: str) -> bool:
    """Whether a browser would take the host for an address because of its end."""
    last = name.rpartition(".")[2]
    return last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last) is not None


def written(parts: SplitResult) -> str:
    """The address as text."""
    return urlunsplit(parts)


def host_of(parts: SplitResult) -> tuple[str, int]:
    """The host and the port."""
    return parts.hostname or "", parts.port or PORTS[parts.scheme]


def checked(host: str, port: int, found: Sequence[str], private: Sequence[str]) -> list[str]:
    """The addresses that may be connected to. `private` are hosts that the owner of the server has opened. Raises
    `ToolFailure` where a single one of those that were found is not public.
    """
    if not found:
        raise ToolFailure(f"{host} has no address. Check how it is written.")
    if host in private or f"{host}:{port}" in private:
        return list(found)
    for each in found:
        try:
            public = is_public(ip_address(each))
        except ValueError:
            public = False
        if not public:
            raise _refused("it leads to this machine or its network, which is not open to tools")
    return list(found)


def _refused(why: str) -> ToolFailure:
    return ToolFailure(f"That address is not fetched: {why}. Nothing was requested.")
