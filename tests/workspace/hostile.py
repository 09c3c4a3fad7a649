"""Paths that try to get out, the same ones each time: made from a seed, from what has worked elsewhere."""

import random
from collections.abc import Iterator

UP = (
    "..", "../", "..//", "./..", "..;/", "..\\",
    "%2e%2e", "%2e%2e%2f", "..%2f", "%252e%252e%252f", "..%c0%af", "..%00/",
    "．．", "．．／", "․․/", "‥/", "..／", "..∕",
    "..⁄", "\u202e..", "..\u200b/", ".\u0301./", "....//", "....\\/", "..\x00",
    "\x00", "\r\n..", "..\t", " ..", ".. ", "..%20", "...", "up", "out", "src/chain", "inside/..", "inside/../..",
    "inside/chain", "up/outside", "circle", "nowhere", "pipe", "src/../..", "also/..", "\udc80..", "\ud800",
)  # fmt: skip
TARGETS = (
    "outside/canary.txt", "canary.txt", "secrets/canary.txt",
    "outside/secrets/canary.txt", "etc/passwd", "outside", "secrets",
    "work/../outside/canary.txt", "out/canary.txt", "out.txt", "up/outside/canary.txt",
    "", ".", "new.txt", "new/new.txt",
    "café.txt", "cafe\u0301.txt", "ｃａｎａｒｙ.txt", ".git/config",
    ".GIT/hooks/x", ".g\u200cit/config", "CON", "a" * 255, "a" * 256,
    "x/" * 250, "a" * 5000, "proc/self/environ", "dev/null",
    "root/.ssh/id_rsa", "pipe/x", "README.md", "src/main.py/x",
)  # fmt: skip
STARTS = (
    "",
    "/",
    "//",
    "///",
    "./",
    "~/",
    "~root/",
    "file://",
    "C:/",
    "\\\\",
    "src/",
    "inside/",
    "src/deep/",
    "out/",
    "up/",
)


def hostile_paths(outside: str, root: str, count: int = 10_000, seed: int = 4) -> Iterator[str]:
    """`count` paths. Some name the canary by its whole path, some go round by the workspace's own."""
    chance = random.Random(seed)
    absolute = (
        f"{outside}/",
        f"{root}/../outside/",
        f"{root}/./..//outside/",
        f"{root}x/",
        f"/{outside}/",
        f"{root}/up/outside/",
    )
    for number in range(count):
        start = chance.choice((*STARTS, *absolute))
        middle = "/".join(chance.choice(UP) for _ in range(chance.choice((0, 0, 1, 1, 2, 3, 4, 8))))
        path = start + (middle + "/" if middle else "") + chance.choice(TARGETS)
        yield path + (f"/{number}" if chance.random() < 0.05 else "")
