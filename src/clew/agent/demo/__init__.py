"""Three recorded sessions with a scripted model: what ``make demo`` shows.

Everything in them is real but the model: the agent, the official SDK, HTTP over loopback, the memory's files. A
scenario file beside this one says what the model answers, ``__main__.py`` what the person says.
"""
