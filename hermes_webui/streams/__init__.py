"""Telling subscribers: `hub` shares each frame among all who follow a topic, `sse` is the wire format and the
response.
"""
