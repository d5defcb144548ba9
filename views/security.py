"""What every answer carries and every unsafe request must show."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer

from config import LOOPBACK, Settings
from records import database
from views.render import own_path

PLAIN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICY = f"{PLAIN_POLICY}; script-src 'self'; connect-src 'self'"
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
BODY_LIMIT = 256 * 1024
API = "/api/"  # shows a token with each request, and looks at no cookie
csrf = CSRFProtect()


class _Cookies(SecureCookieSessionInterface):
    """Flask's own, whose signer is made once for the same keys instead of twice a request."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        keys = app.secret_key, *app.config["SECRET_KEY_FALLBACKS"]
        made: tuple[object, URLSafeTimedSerializer | None] = getattr(self, "_made", ((), None))
        if made[0] != keys:
            self._made = made = keys, super().get_signing_serializer(app)
        return made[1]


def init_app(app: Flask, settings: Settings) -> None:
    """Cookies, trusted hosts, size limits, CSRF, the origin check, headers, the connection."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-homeport" if settings.is_https else "homeport",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # The rows end sessions. The cookie is signed anew by a POST alone: a form that was opened
        # with an old one must still be able to be sent, so it lives as long as browsers keep one.
        PERMANENT_SESSION_LIFETIME=400 * 86_400,
        SESSION_REFRESH_EACH_REQUEST=False,
        TRUSTED_HOSTS=[settings.host, *LOOPBACK],
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        MAX_FORM_PARTS=200,
        WTF_CSRF_TIME_LIMIT=None,  # an hour would end wizards that somebody left open
        WTF_I18N_ENABLED=False,  # all that forms say is ours; else its own words are read each time
        WTF_CSRF_SSL_STRICT=False,  # pages send no referrer; refuse_strangers checks the origin
    )
    app.session_interface = _Cookies()
    app.before_request(_open)  # a page that refuses says too who is signed in
    app.before_request(refuse_strangers)  # before the token is looked at
    csrf.init_app(app)
    usual = fixed_headers(settings)
    app.after_request(lambda response: add_headers(response, usual))
    app.teardown_request(lambda error: database.release_connection(error is not None))


def _open() -> None:
    if request.endpoint not in ("static", "health.alive"):
        database.open_connection()


def refuse_strangers() -> None:
    """A form of ours comes from a page of ours, as far as the browser says where it comes from."""
    if request.method in ("GET", "HEAD", "OPTIONS") or request.path.startswith(API):
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if not from_our_page(site, origin, current_app.config["SETTINGS"].public_url):
        abort(400, "stranger")


def from_our_page(site: str | None, origin: str | None, public_url: str) -> bool:
    """Whether Sec-Fetch-Site and Origin (None: not sent) allow that a page of ours sent this.

    Pages without referrer make browsers send "Origin: null", and over plain http, or from an old
    browser, no Sec-Fetch-Site speaks for it. The CSRF token then decides alone, as it does for text
    browsers, which send neither.
    """
    if site not in (None, "same-origin", "none"):
        return False
    return origin in (None, "null") or _origin_of(origin) == _origin_of(public_url)


def _origin_of(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        default = {"http": 80, "https": 443}.get(parts.scheme)
        return parts.scheme, parts.hostname, parts.port or default
    except ValueError:
        return "", None, None


def fixed_headers(settings: Settings) -> dict[str, str]:
    """What every answer carries that says nothing else about itself."""
    # Other hosts below this one may be somebody else's: nothing is demanded of them.
    strict = {"Strict-Transport-Security": "max-age=31536000"} if settings.is_https else {}
    # Lynx knows no-cache alone: it would show again what a page said before one pressed a button.
    fixed = {"Content-Security-Policy": PLAIN_POLICY, "Cache-Control": "no-store, no-cache"}
    return HEADERS | strict | fixed


def add_headers(response: Response, usual: Mapping[str, str]) -> Response:
    """The policy everywhere; nothing but static files may be kept by anybody."""
    fixed = dict(usual)
    if g.get("scripted"):
        fixed["Content-Security-Policy"] = POLICY
    # A refused form must survive Back and forward without JavaScript, which no-store would not.
    if response.status_code == 422:
        fixed["Cache-Control"] = "private, no-cache"
    said = {name.lower() for name, _value in response.headers}
    response.headers.extend((n, v) for n, v in fixed.items() if n.lower() not in said)
    if request.endpoint == "static" and response.status_code < 400:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
    if response.location:
        # Where the framework redirects by itself, it names the host that the request named.
        target = urlsplit(response.location)
        response.location = own_path(target.path, target.query)
    response.vary.update(("HX-Request", "HX-History-Restore-Request", "Cookie"))
    return response
