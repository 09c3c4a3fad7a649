"""The pure core: what a conversation is and what may happen to it. No I/O, no clock, no asyncio in here.

`events` what can happen · `messages` what was said, as a tree · `run` the states of a turn · `head` the bounded part
of a conversation, folded from its events · `conversation` the whole fold · `decide` command + head → events ·
`document` the same conversation in hermes-webui's file format.
"""
