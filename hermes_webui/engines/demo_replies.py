"""What the demo says: pure functions from the conversation to Markdown, the same each time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hermes_webui.engines.base import Body

#: What one can ask the demo for, and what it is.
COMMANDS: Final[Mapping[str, str]] = {
    "table": "a table",
    "code": "code in three languages",
    "math": "formulas",
    "diagram": "a drawing",
    "long": "about 2,000 words, to try scrolling and stopping",
    "slow": "the same, but slowly",
    "error": "a failure, to see what one looks like",
    "approve": "a command that asks you first",
    "patch": "a change of a file that asks you first",
    "form": "a few questions in a form",
    "plan": "a plan, step by step",
    "subagents": "helpers with calls of their own",
}
_CONNECT: Final = """\
### Connect a real model

- [ ] **On this machine:** install [Ollama](https://ollama.com), then `ollama pull llama3.2`. That is all.
- [ ] **With a key:** give it in the [settings](/settings/models), or set `OPENAI_API_KEY`, `ANTHROPIC_API_KEY` …
- [ ] **Anything that speaks OpenAI's API** (vLLM, llama.cpp, LM Studio …), in the settings or in `config.toml`:

```toml
[providers.my-server]
base_url = "http://127.0.0.1:8000/v1"
```

Start the server again, and choose the model in the menu.
"""
_PYTHON: Final = '''\
```python
def greet(name: str) -> str:
    """Says hello, politely."""
    return f"Hello, {name}! 👋"


print(greet("Zoë"))
```
'''
_SHELL: Final = """\
```bash
# Every event is on disk before you see it.
tail -n 3 sessions/_log/*.jsonl | cut -c 1-80
```
"""
_TABLE: Final = """\
| Where | What it holds | If it is lost |
|:------|:--------------|--------------:|
| the log | every event, in order | *nothing else knows* |
| the snapshot | the conversation as JSON | rebuilt |
| the index | the list on the left | rebuilt |
| this page | what you look at | `F5` |
"""
_PARAGRAPHS: Final = (
    (
        "A conversation is a list of things that happened: you wrote, somebody answered, a tool was asked "
        "and gave its result. Nothing in that list is ever changed. What changes is what comes after it, "
        "and which way through it you are looking at. Edit an earlier message, and the old one stays where "
        "it was, with all that followed."
    ),
    (
        "Try it while this text is still coming in. Close the tab, open it again: the words that came "
        "meanwhile are there, and the next ones follow. Open a second tab beside the first one: both show "
        "the same, because both read the same list. Press *stop*, and what has come so far stays, marked as "
        "cut off. Naïve? Perhaps. It works, though. 🙂"
    ),
    (
        "The server writes first and tells you afterwards. A message that you see as sent is on the disk, "
        "not in a buffer on its way there. If the power fails in the middle of a reply, you lose at most a "
        "twentieth of a second of it; if only the process dies, you lose nothing. The next start finds what "
        "was cut off, and says so; retry asks again."
    ),
    (
        "None of this needs a model, so the demo can show it all. What it cannot show is an intelligent "
        "answer: these paragraphs stand in a file, and come again in the same order however often you ask. "
        "Überraschung: 再见 and さようなら are here only to show that any script gets through unharmed, as do "
        "“quotes”, dashes – and ellipses …"
    ),
)


def demo_reply(bodies: Sequence[Body]) -> str:
    """The reply to this conversation, as Markdown; it refers to the prompt and says how many messages it has
    seen.
    """
    prompt = prompt_of(bodies)
    asked = words_of(prompt)
    context = _context(bodies)
    for command, reply in _REPLIES.items():
        if command in asked:
            return f"{reply()}\n{context}"
    return f"{_welcome() if _is_first(bodies) else _again(prompt)}\n{context}"


def demo_thoughts(bodies: Sequence[Body]) -> str:
    """What the demo pretends to think before it replies."""
    prompt = prompt_of(bodies)
    named = ", ".join(f"“{command}”" for command in COMMANDS if command in words_of(prompt)) or "none of my words"
    return (
        f"The message has {len(prompt.split())} words; I find {named} in it. I am a demo, so I look up what "
        "stands in my file for that. I will say so, and count the messages to show that the whole "
        "conversation reached me."
    )


def prompt_of(bodies: Sequence[Body]) -> str:
    """The text of the last message of the user."""
    return next((_text(body) for body in reversed(bodies) if body.get("role") == "user"), "")


def pieces_of(text: str) -> list[str]:
    """Words with the space after them, which add up to the text."""
    return re.findall(r"\s*\S+[^\S\n]*\n*|\s+$", text)


def words_of(text: str) -> set[str]:
    """The words of a text in lower case."""
    return set(re.findall(r"\w+", text.lower()))


def _welcome() -> str:
    offers = "\n".join(f"{n}. **{word}**: {what}" for n, (word, what) in enumerate(COMMANDS.items(), 1))
    return (
        "## This is a demo ✨\n\n**No model is connected.** What you read comes from the program itself, "
        "without a network and without a key. Everything around it is real: your message is on disk, this "
        "reply is being written to disk as it comes, and both survive a reload, a crash and a "
        f"restart.\n\nSay one of these words to see more:\n\n{offers}\n\n{_CONNECT}\n### What it looks "
        f"like\n\n{_TABLE}\n{_PYTHON}"
    )


def _again(prompt: str) -> str:
    quoted = " ".join(prompt.split())
    quoted = _cut(quoted, 200)
    offers = ", ".join(f"**{word}**" for word in COMMANDS)
    return (
        f"> {quoted}\n\nThat is what you wrote, and as I am only the *demo*, I cannot do much with it. "
        f"{_PARAGRAPHS[len(prompt) % len(_PARAGRAPHS)]}\n\nI know these words: {offers}.\n\n{_CONNECT}"
    )


def _long() -> str:
    sections = (
        f"### {n}. Part {n} of 8\n\n" + "\n\n".join(_PARAGRAPHS[(n + k) % len(_PARAGRAPHS)] for k in range(4)) + "\n"
        for n in range(1, 9)
    )
    return "## A long reply 📜\n\n" + "\n".join(sections)


def _table() -> str:
    return f"## A table\n\nWhere a conversation is kept (from the demo, not from a model):\n\n{_TABLE}"


def _code() -> str:
    return f"## Code\n\nThree languages, none of it written by a model:\n\n{_PYTHON}\n{_SHELL}\n{_JAVASCRIPT}"


def _slow() -> str:
    return "## Slowly 🐌\n\n" + "\n\n".join(_PARAGRAPHS[:2]) + "\n"


_JAVASCRIPT: Final = """\
```javascript
const events = new EventSource("/api/events?after=0");
events.onmessage = ({ lastEventId, data }) => console.log(lastEventId, JSON.parse(data));
```
"""
_MATH: Final = r"""## Formulas

A log of $n$ events, of which each is lost with probability $p$, is whole with probability $(1 - p)^n$. With one check
after each append,

$$
P(\text{unnoticed}) \le n \cdot 2^{-64} \approx \frac{n}{1.8 \times 10^{19}}
$$

so that for $10^5$ events one would wait longer than there has been time: about \(\sum_{k=1}^{\infty} \frac{1}{k^2} =
\frac{\pi^2}{6}\) times nothing. None of this costs \$5.
"""
_DIAGRAM: Final = """## A drawing

How your message travels:

```mermaid
flowchart LR
  you([You]) --> decide
  decide --> log[(Log on disk)]
  log --> answer{{Answered}}
  log --> views[Page, list, file]
  log -.-> tabs[Other tabs]
```

It is drawn when the block is whole; its source is one click away.
"""
_REPLIES: Final[Mapping[str, Callable[[], str]]] = {
    "table": _table,
    "code": _code,
    "math": lambda: _MATH,
    "diagram": lambda: _DIAGRAM,
    "long": _long,
    "slow": _slow,
}


def _context(bodies: Sequence[Body]) -> str:
    count = len(bodies)
    if _is_first(bodies):
        return "---\n\nThis is our **first** exchange. Write again, and I will show that I was given all of it."
    first = " ".join(next((_text(body) for body in bodies if body.get("role") == "user"), "").split())
    first = _cut(first, 60)
    return f"---\n\nI was given all **{count} messages** of this conversation; yours began with “{first}”."


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _is_first(bodies: Sequence[Body]) -> bool:
    return [body.get("role") for body in bodies].count("user") <= 1


def _text(body: Body) -> str:
    content = body.get("content")
    if isinstance(content, list):
        content = " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""
