"""A server that answers as Ollama does: its own API for what is there, OpenAI's for a chat.

    with OllamaPeer() as ollama:                    # a free port; Ollama's own is 11434

By hand: `python -m tests.peers.ollama --port 11434`. What a model does is said as to `openai_server.ModelPeer`; a model
that was not pulled is not found, and one without `tools` takes none.
"""

from __future__ import annotations

import argparse
import threading
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.peers.openai_server import ModelPeer

#: What each model can do, as `/api/show` says it.
PULLED = {
    "qwen3:8b": ["completion", "tools", "thinking"],
    "gemma3:4b": ["completion", "vision"],
    "nomic-embed-text:latest": ["embedding"],
}
_TRAINED = 40960


class OllamaPeer(ModelPeer):
    """Gives each model `context` tokens once it is loaded, whatever it was trained with."""

    def __init__(self, *, port: int = 0, context: int = 4096) -> None:
        super().__init__(models=tuple(PULLED), port=port)
        self.context = context
        #: The models in memory.
        self.loaded: list[str] = []

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", lambda _: PlainTextResponse("Ollama is running"), methods=["GET", "HEAD"]),
                Route("/api/version", lambda _: JSONResponse({"version": "0.31.2"})),
                Route("/api/tags", self._tags),
                Route("/api/ps", self._in_memory),
                Route("/api/show", self._show, methods=["POST"]),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
            ]
        )

    async def _tags(self, request: Request) -> Response:
        await self._see(request)
        return JSONResponse({"models": [_listed(name) for name in self.models]})

    async def _in_memory(self, request: Request) -> Response:
        await self._see(request)
        more = {"size_vram": 0, "expires_at": "2026-11-26T21:00:00Z", "context_length": self.context}
        return JSONResponse({"models": [{**_listed(name), **more} for name in self.loaded]})

    async def _show(self, request: Request) -> Response:
        seen, _ = await self._see(request)
        name = seen.body["model"]
        if name not in self.models:
            return JSONResponse({"error": f"model '{name}' not found"}, 404)
        about = {"general.architecture": "qwen3", "qwen3.context_length": _TRAINED}
        return JSONResponse(
            {"parameters": "temperature 0.6", "model_info": about, "capabilities": PULLED.get(name, ["completion"])}
        )

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        name = body["model"]
        if name not in self.models:
            return _refused(404, f"model '{name}' not found", "not_found_error")
        if body.get("tools") and "tools" not in PULLED.get(name, []):
            return _refused(400, f"registry.ollama.ai/library/{name} does not support tools", "invalid_request_error")
        self.loaded = [name, *(each for each in self.loaded if each != name)]
        return await super()._chat(request)


def _listed(name: str) -> dict[str, Any]:
    details = {"format": "gguf", "family": "qwen3", "parameter_size": "8.2B", "quantization_level": "Q4_K_M"}
    return {"name": name, "model": name, "size": 5225388164, "digest": "500a1f067a9f", "details": details}


def _refused(status: int, message: str, kind: str) -> Response:
    return JSONResponse({"error": {"message": message, "type": kind, "param": None, "code": None}}, status)


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=11434)
    with OllamaPeer(port=parser.parse_args().port) as peer:
        print(peer.url, flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
