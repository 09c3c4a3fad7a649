"""The part that imports pydantic-ai and the providers' SDKs: two seconds of CPU, so only `model.ModelEngine`
loads it, in a thread, when the first turn needs it. Nothing outside this package imports it at its top.

    chat.py       opens a request, and turns its stream into our events
    asked.py      what a request asks beside its messages
    messages.py   our context as pydantic-ai's messages
    failures.py   what went wrong, as a sentence
    openai.py anthropic.py google.py   one provider's SDK each: `open_model(config, name, http)`
"""
