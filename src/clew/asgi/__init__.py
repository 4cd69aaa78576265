"""A web application, recorded: each request is a turn of a session, and no failure tells more than it should.

::

    app = clew.asgi.Recorded(app, agent_id="support")
"""

from __future__ import annotations

from clew.asgi.binding import Binding, bind_by_headers
from clew.asgi.recorded import Recorded

__all__ = ["Binding", "Recorded", "bind_by_headers"]
