"""Requests that do not reach the server until they are let go."""

import time

from playwright.sync_api import Page, Route

from tests.e2e.conftest import PATIENCE_MS


class Held:
    """From now on what is asked of `url` waits; once let go, all of it and all that comes later goes on."""

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self.routes: list[Route] = []
        self._open = False
        page.route(url, self._arrived)

    def _arrived(self, route: Route) -> None:
        if self._open:
            route.continue_()
        else:
            self.routes.append(route)

    def first(self) -> Route:
        """The first request, once it is there: it may come some frames after the page shows that it is sending."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while not self.routes and time.monotonic() < end:
            self._page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
        return self.routes[0]

    def let_go(self) -> None:
        self.first()
        self._open = True
        for route in self.routes:
            route.continue_()
