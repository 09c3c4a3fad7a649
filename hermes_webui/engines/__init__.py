"""Who answers a turn: each engine is somebody else's model or agent behind the protocol of `base.py`.

demo.py        `DemoEngine`: needs nothing, and shows everything (`demo_replies.py` is what it says)
model.py       `ModelEngine`: any provider of models, through pydantic-ai
providers.py   what the settings say about providers, as values; keys as `Secret`
catalogue.py   which models there are (`listing.py` asks, `connections.py` has the HTTP clients)
context.py     which part of a conversation a model reads, and in what order
late.py        the door to `sdk/`, the only part that imports pydantic-ai, and does so at the first turn
"""
