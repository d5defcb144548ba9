"""What must never happen in a browser: errors, violations of the policy, foreign requests."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", event =>
  console.error(`policy violation: ${event.effectiveDirective} forbids ${event.blockedURI}`))"""
# Chromium calls each answer from 400 on an error, but a refused form is none.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
# htmx calls it an error when newer typing replaces a request.
REPLACED = re.compile(r"htmx:(afterRequest|sendAbort)\b")
# The script above is put into every frame, also into that of a mail, which may run none.
SANDBOXED = re.compile(r"Blocked script execution in '\S+/mailbox/\S+/html'")
EXPECTED = (REPLACED, SANDBOXED)


def watch(context: BrowserContext, site: str, troubles: list[str]) -> None:
    """Add to `troubles` what goes wrong on any page of the context."""

    def console(message: ConsoleMessage) -> None:
        address = message.location.get("url", "")
        refused = REFUSED.match(message.text) and not address.startswith(f"{site}/static/")
        expected = any(pattern.match(message.text) for pattern in EXPECTED)
        if message.type == "error" and not refused and not expected:
            troubles.append(f"console, at {address}: {message.text}")

    def request(sent: Request) -> None:
        if not sent.url.startswith(f"{site}/"):
            troubles.append(f"a request went elsewhere: {sent.url}")

    context.add_init_script(TELL_VIOLATIONS)
    context.on("console", console)
    context.on("weberror", lambda error: troubles.append(f"script error: {error.error}"))
    context.on("request", request)
