"""A session with an MCP server, through pydantic-ai's MCP client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TextIO

import anyio
import httpx2
import msgspec
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from mcp_types import CONNECTION_CLOSED
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import BinaryContent

from hermes_webui.engines.mcp.config import McpConfig
from hermes_webui.engines.mcp.server import McpTool
from hermes_webui.engines.tools.base import ToolFailure


class McpSession:
    """What `mcp.server.Session` says, over a toolset that is open."""

    def __init__(self, name: str, toolset: MCPToolset[None]) -> None:
        self._name = name
        self._toolset = toolset
        self.gone = asyncio.Event()

    async def tools(self) -> Sequence[McpTool]:
        """What the server offers now."""
        try:
            found = await self._toolset.list_tools()
        except Exception as error:  # the client has many, and all mean that it does not answer
            self.gone.set()
            raise ToolFailure(f"it does not list its tools ({_said(error)})") from error
        return [_told(each) for each in found]

    async def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """What a tool of it gives, as text."""
        try:
            return _text(await self._toolset.direct_call_tool(name, dict(arguments)))
        except Exception as error:  # the client has many: of the tool, of the protocol, of the connection
            if _lost(error):
                self.gone.set()
                raise ToolFailure(
                    f"The MCP server {self._name} ended during this call. The call may have run."
                ) from error
            raise ToolFailure(f"{self._name} answered with an error: {_said(error)}") from error


@asynccontextmanager
async def connect(
    config: McpConfig, environment: Mapping[str, str], errors: TextIO, within: float
) -> AsyncIterator[tuple[McpSession, asyncio.Event]]:
    """An open session, and the event that says that the server has gone. Raises whatever the client raises."""
    transport: Any = (
        StreamableHttpTransport(config.url, headers=dict(config.headers))
        if config.url
        else StdioTransport(
            config.command, list(config.args), {**environment, **config.env}, keep_alive=False, log_file=errors
        )
    )
    toolset = MCPToolset[None](
        transport,
        id=f"mcp-{config.name}",
        tool_error_behavior="error",
        init_timeout=within,
        cache_tools=True,
    )
    async with asyncio.timeout(within) as limit, toolset:
        limit.reschedule(None)
        session = McpSession(config.name, toolset)
        yield session, session.gone


def _lost(error: BaseException) -> bool:
    """Whether the connection is gone, and not only this call."""
    if isinstance(error, BaseExceptionGroup):
        return any(_lost(each) for each in error.exceptions)
    code = getattr(error, "code", None) or getattr(getattr(error, "error", None), "code", None)
    closed = (ConnectionError, anyio.BrokenResourceError, anyio.ClosedResourceError, httpx2.TransportError)
    return code == CONNECTION_CLOSED or isinstance(error, closed) or "connection closed" in str(error).lower()


def _told(tool: Any) -> McpTool:
    notes = tool.annotations
    reads, destroys = bool(notes and notes.read_only_hint), bool(notes and notes.destructive_hint)
    return McpTool(tool.name, tool.description or "", tool.input_schema, reads, destroys)


def _text(value: Any) -> str:
    """A result as text: pictures and sounds are named."""
    if isinstance(value, str):
        return value
    if isinstance(value, BinaryContent):
        return f"[{value.media_type}, {len(value.data)} bytes]"
    if isinstance(value, list) and any(isinstance(each, str | BinaryContent) for each in value):
        return "\n".join(_text(each) for each in value)
    return msgspec.json.encode(value, enc_hook=str).decode()


def _said(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return (str(error).strip() or type(error).__name__)[:2000]
