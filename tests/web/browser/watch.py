"""What a page must never do, watched while a test looks at it.

A page complains by an error on the console, an exception, a violation of its content security policy, a deprecated or
refused feature, a dialog, or a request to any origin but the one it was first opened from. A test that provokes one of
these says so with :meth:`Watch.forgive`; every other complaint fails it when it ends.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, WebError

REPORT = """
addEventListener('securitypolicyviolation', (event) => console.error(
  `policy violated: ${event.effectiveDirective} by ${event.blockedURI} ${event.sample} (${event.sourceFile})`));
new ReportingObserver((reports) => reports.forEach((report) => console.error(
  `${report.type}: ${report.body?.message ?? report.body?.id}`)), { types: ['deprecation', 'intervention'] }).observe();
"""
"""To be run before every document; the browser's own log tells most violations too, but not all."""

_INSIDE = {"data", "blob", "about"}


class Watch:
    """Collects what the pages of one test did that they must not."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        """What was seen, forgiven or not."""
        self.origins: set[str] = set()
        """Where requests may go; the first one adds its own."""
        self._forgiven: list[re.Pattern[str]] = []

    @contextmanager
    def over(self, context: BrowserContext) -> Iterator[None]:
        """Watch every page of a profile."""
        context.on("console", self._heard)
        context.on("weberror", self._raised)
        context.on("request", self._asked)
        context.on("page", self._opened)
        try:
            yield
        finally:
            context.remove_listener("console", self._heard)
            context.remove_listener("weberror", self._raised)
            context.remove_listener("request", self._asked)
            context.remove_listener("page", self._opened)

    def forgive(self, pattern: str) -> None:
        """Let complaints pass that a regular expression finds."""
        self._forgiven.append(re.compile(pattern))

    def unforgiven(self) -> list[str]:
        """The complaints that nothing excuses."""
        return [each for each in self.complaints if not any(pattern.search(each) for pattern in self._forgiven)]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "assert"}:
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _raised(self, error: WebError) -> None:
        self.complaints.append(f"exception: {error.error}")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in _INSIDE:
            return
        origin = f"{address.scheme}://{address.netloc}"
        if not self.origins:
            self.origins.add(origin)
        if origin not in self.origins:
            self.complaints.append(f"request to {request.url}")

    def _opened(self, page: Page) -> None:
        page.on("dialog", self._asked_a_person)

    def _asked_a_person(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.type} {dialog.message}")
        dialog.dismiss()
