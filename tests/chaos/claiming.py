"""A person who opens each link that arrives and presses its button; a refused try is repeated."""

import http.client
import re
import threading
import urllib.parse
import urllib.request
from email.message import Message
from http.cookiejar import CookieJar

from tests.chaos.sink import Sink

_LINK = re.compile(r"http://\S+/start/[\w-]{43}")
_TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


class Claimer(threading.Thread):
    """`claimed`: numbers of the orders whose claim was answered with the order's page."""

    def __init__(self, sink: Sink, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.sink, self.stop = sink, stop
        self.claimed: set[str] = set()
        self.tried: set[str] = set()

    def run(self) -> None:
        while not self.stop.wait(0.02):
            for message in self.sink.messages()[-50:]:
                number = str(message["To"]).partition("@")[0]
                if number not in self.tried and not self.stop.is_set():
                    self.tried.add(number)
                    if self._claims(link_in(message)):
                        self.claimed.add(number)

    def _claims(self, link: str) -> bool:
        """Whether the browser was led to the order; it gives up where the web is gone."""
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        try:
            page = browser.open(link, timeout=10).read().decode()
            found = _TOKEN.search(page)
            data = urllib.parse.urlencode({"csrf_token": found[1] if found else ""}).encode()
            return "/orders/" in browser.open(link, data, timeout=10).url
        except (OSError, http.client.HTTPException):  # killed before or while it answered
            return False


def link_in(message: Message) -> str:
    """The launch link in the text part."""
    part = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    found = _LINK.search(str(part.get_payload()))
    return found[0] if found else ""
