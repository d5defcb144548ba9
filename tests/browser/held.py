"""Answers that come when the test says so, however fast the server is."""

from dataclasses import dataclass, field

from playwright.sync_api import APIResponse, Page, Route


@dataclass
class Held:
    """Requests whose answers wait; the server has answered each by the time it is counted."""

    page: Page
    waiting: list[tuple[Route, APIResponse]] = field(default_factory=list)
    holds: bool = True

    def take(self, route: Route) -> None:
        if self.holds:
            self.waiting.append((route, route.fetch()))
        else:
            route.continue_()

    def wait(self, count: int = 1) -> None:
        """Until so many requests are held."""
        for _ in range(200):
            if len(self.waiting) >= count:
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"{len(self.waiting)} requests came, not {count}")

    def release(self, which: int = 0) -> None:
        """Let one answer arrive, if the page still waits for it."""
        route, response = self.waiting[which]
        route.fulfill(response=response)
        self.page.wait_for_timeout(50)


def hold(page: Page, pattern: str) -> Held:
    """Hold the answers to all requests of a pattern from now on, until `holds` is set to False."""
    held = Held(page)
    page.route(pattern, held.take)
    return held
