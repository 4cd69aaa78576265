"""Hooks into the SDKs that agents are built on: one file per SDK, so that importing one asks for no other.

What the SDKs have in common is below them:

    failure.py    why an exchange failed, as a slug
    sse.py        server-sent events out of bytes, however the bytes were cut
    assembly.py   Anthropic's stream events, put together to the message they stand for
    stream.py     a tee: the host reads its bytes, the record hears them too
    place.py      where an exchange belongs: the attempt, turn or step in force
    exchange.py   one HTTP attempt on its way into the record
    dialect.py    what differs between providers, as a value
    completion.py OpenAI's stream events, put together to the chat completion they stand for
    anthropic.py  the middleware of the `anthropic` SDK
    openai.py     the transport of the `openai` SDK
"""
