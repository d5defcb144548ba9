"""What the real programs write about their work: no token, no whole address of anybody."""

import logging
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

from app import create_app
from commands import logs
from provisioning import links
from records.tables import MagicLink, OutboxRow
from tests.commands.programs import ROOT, environment, flask, migrate, output_until, started
from tests.mail.servers import MailServer
from tests.support import databases
from tests.support.cast import ALICE, BOB, CAROL, NEWCOMER, PIA, Stage
from tests.support.steps import csrf_token, journey

KEY = "a secret for tests only"
PEOPLE = {ALICE, BOB, CAROL, NEWCOMER, PIA}
# Far above what masking takes: only what tries every letter anew gets there.
HANGS = 60
LOUD = {"FLASK_DEBUG": "1", "GUNICORN_CMD_ARGS": "--access-logfile - --capture-output"}


class Running(NamedTuple):
    """The web or mail delivery as a process; `ended()` stops it and says what it wrote."""

    stage: Stage
    mail_server: MailServer
    env: dict[str, str]
    ended: Callable[[], str]

    def ask(self, request: str, host: str = "127.0.0.1", **headers: str) -> int:
        """Send a request line; the status of the answer."""
        lines = [request, f"Host: {host}", "Connection: close", "Content-Length: 0"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        with socket.create_connection(("127.0.0.1", int(self.env["PORT"])), timeout=20) as there:
            there.sendall("\r\n".join([*lines, "", ""]).encode())
            return int(there.recv(65_536).split()[1])


@pytest.fixture(params=[{}, LOUD], ids=["as it is", "as loud as it gets"])
def loudness(request) -> dict[str, str]:
    return dict(request.param)


@pytest.fixture
def web(loudness, tmp_path) -> Iterator[Running]:
    with running(tmp_path, "serve", **loudness) as program:
        yield program


@pytest.fixture
def delivery(loudness, tmp_path) -> Iterator[Running]:
    with running(tmp_path, "mail", "deliver", **loudness) as program:
        yield program


@contextmanager
def running(folder: Path, *name: str, **settings: str) -> Iterator[Running]:
    server = MailServer()
    env = environment(
        folder,
        SECRET_KEY=KEY,
        MAIL_SERVER="127.0.0.1",
        MAIL_PORT=str(server.port),
        **settings,
    )
    env["PUBLIC_URL"] = f"http://127.0.0.1:{env['PORT']}"
    server.start()
    with databases.migrated(env["DATABASE_URL"]), databases.emptied(env["DATABASE_URL"]):
        program = started(*name, env=env)
        said: list[str] = []

        def ended() -> str:
            program.terminate()
            said.append(program.communicate(timeout=30)[0])
            return said[0]

        try:
            if name == ("serve",):
                output_until(program, "Booting worker")
                output_until(program, "Booting worker")
            app = create_app({n: env[n] for n in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL")})
            yield Running(Stage(app), server, env, ended)
        finally:
            if not said:
                ended()
            server.stop()


def secrets_of(stage: Stage) -> set[str]:
    """Every link's token."""
    urls = [str(links.url_of(link, stage.settings)) for link in MagicLink.select()]
    return {url.rpartition("/")[2] for url in urls}


def assert_silent(said: str, secrets: set[str]) -> None:
    people = PEOPLE | {address.replace("@", "%40") for address in PEOPLE}
    assert [secret for secret in secrets | people if secret in said] == [], said


def test_the_web_s_log_names_no_token_and_nobody(web):
    stage = web.stage
    _order, page = journey(stage, "waiting")
    stage.place(NEWCOMER, number="2")
    notice, launch = stage.path("access_notice", BOB), stage.path("launch", NEWCOMER)
    http = page.client.http
    token = csrf_token(page)
    cookie = http.get_cookie("homeport", domain="127.0.0.1")
    assert cookie
    with_cookie = {"Cookie": f"homeport={cookie.value}"}
    assert web.ask(f"GET {launch} HTTP/1.1") == 200
    assert web.ask(f"POST {launch}?csrf_token={token} HTTP/1.1", **with_cookie) in (303, 400)
    assert web.ask(f"GET {launch}x?contact_email={CAROL} HTTP/1.1", **with_cookie) == 404
    assert web.ask(f"DELETE {launch} HTTP/1.1") == 405
    assert web.ask(f"GET {launch} HTTP/1.1", host="elsewhere.example") == 400
    assert web.ask(f"GET {launch} {CAROL} HTTP/1.1") == 400
    assert web.ask(f"GET {launch} HTTP/7.7") == 400
    assert web.ask(f"G({launch} / HTTP/1.1") == 400
    assert web.ask("GET / HTTP/1.1", **{f"X {launch} {CAROL}": "x"}) == 400
    assert web.ask(f"GET {launch}{'x' * 9_000} HTTP/1.1") in (400, 414)
    MagicLink.update(request=None).where(MagicLink.purpose == "decision").execute()
    assert web.ask(f"GET {notice}?note={CAROL} HTTP/1.1", **with_cookie) == 500
    found = secrets_of(stage) | {token, cookie.value, KEY}
    said = web.ended()
    assert "Traceback" in said
    assert "Invalid request" in said
    assert_silent(said, found)


def test_delivery_s_log_names_no_token_and_nobody(delivery):
    stage, server = delivery.stage, delivery.mail_server
    server.answers["RCPT"] = f"550 5.1.1 <{NEWCOMER}>: Recipient address rejected: {NEWCOMER}"
    stage.place(NEWCOMER)
    waited_for(lambda: OutboxRow.select().where(OutboxRow.failed_at.is_null(False)).exists())
    server.answers["RCPT"] = f"450 4.7.1 {PIA} is greylisted, see http://x.example/?a={PIA}"
    stage.place(PIA, number="2")
    waited_for(lambda: OutboxRow.select().where(OutboxRow.last_error.startswith("450")).exists())
    del server.answers["RCPT"]
    server.answers["DATA"] = "554 no, with http://127.0.0.1/start/" + "aB3" * 14
    stage.place(CAROL, number="3")
    waited_for(lambda: OutboxRow.select().where(OutboxRow.last_error.startswith("554")).exists())
    found = secrets_of(stage) | {"aB3" * 14, KEY}
    written = " ".join(str(row.last_error) for row in OutboxRow.select())
    said = delivery.ended()
    assert "550 5.1.1" in said
    assert "450 4.7.1" in said
    for text in (said, written):
        assert_silent(text, found)


def test_what_commands_complain_of_names_nobody(tmp_path):
    env = environment(tmp_path, SECRET_KEY=KEY)
    migrate(env)
    orders, users = tmp_path / "orders.csv", tmp_path / "users.csv"
    orders.write_text(
        "number,contact_email,contact_role,sku,product,quantity\n"
        f"1,{CAROL},customer,M,Meetings,none\n2,{ALICE} {BOB},customer,M,Meetings,1\n"
        f"3,{ALICE},nobody,M,Meetings,1\n"
    )
    users.write_text(f"organization_ref,email,full_admin\nnone,{CAROL},1\nnone,{BOB} {ALICE},x\n")
    for command in (
        ("orders", "import", str(orders)),
        ("directory", "import", "--users", str(users), "--refused", str(tmp_path / "list.csv")),
        ("orders", "show", "none"),
        ("mail", "deliver", "--once"),
        ("match", "Acme", f"{ALICE} {BOB}"),
    ):
        done = flask(*command, env=env)
        assert_silent(done.stderr, {KEY})


# --- how it is done ------------------------------------------------------------------------------

TOKEN = "7HkPq0Zr1mU3b8uX2cV5nB9aL4sD6fG0hJ-kE_wQyTI"


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What a logger of somebody else's has written, at every level."""
    stream = StringIO()
    handler, log = logging.StreamHandler(stream), logging.getLogger("elsewhere")
    raises = logging.raiseExceptions
    factory, level = logging.getLogRecordFactory(), log.level
    logs.conceal()
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    yield stream
    log.removeHandler(handler)
    log.setLevel(level)
    logging.setLogRecordFactory(factory)
    logging.raiseExceptions = raises


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        (f"GET /start/{TOKEN} HTTP/1.1", "GET /start/… HTTP/1.1"),
        (f"/requests/{TOKEN}?x=1", "/requests/…?x=1"),
        (f"Authorization: Bearer hp_{TOKEN}", "Authorization: Bearer …"),
        (f"Cookie: homeport=.eJw{TOKEN}.aSJx.{TOKEN}", "Cookie: homeport=.….aSJx.…"),
        (f"Key (email)=({CAROL}) already exists", "Key (email)=(•••@acme.com) already exists"),
        ("contact_email=nora%40acme.com&n=1", "contact_email=•••@acme.com&n=1"),
        ("postgresql://homeport:pa55word@db/homeport", "postgresql://homeport:•••@db/homeport"),
        ("[4711] Listening at: http://127.0.0.1:8000", "[4711] Listening at: http://127.0.0.1:8000"),
        ("in a_function_with_a_rather_long_name", "in a_function_with_a_rather_long_name"),
        ("  @pages.post, a @ b, 100%", "  @pages.post, a @ b, 100%"),
    ],
)  # fmt: skip
def test_whatever_is_logged_is_written_without_tokens_and_names(written, said, becomes):
    log = logging.getLogger("elsewhere")
    log.debug("%s", said)
    log.warning(said)
    assert written.getvalue() == f"{becomes}\n{becomes}\n"


def test_a_long_text_is_masked_as_fast_as_it_is_read():
    """A megabyte of whatever is hardest, in a process that can be stopped."""
    masking = (
        "from bench.linear import INPUTS; from mail.refusals import concealed;"
        "[concealed(made(1 << 20)) for made in INPUTS.values()]"
    )
    subprocess.run([sys.executable, "-c", masking], cwd=ROOT, timeout=HANGS, check=True)


@pytest.mark.parametrize("secret", [TOKEN, CAROL])
def test_a_long_text_is_cut_where_no_secret_is_torn(written, secret):
    log = logging.getLogger("elsewhere")
    for length in range(logs.LONGEST - len(secret), logs.LONGEST + 1):
        log.warning("it says: %s%s of somebody", "x " * (length // 2 - 6) + "x " * 3, secret)
        log.warning("it says: %s %s of somebody", "x " * (length // 2 - 6) + "x" * 2, secret)
    log.warning("%s", "x" * 1_000_000)
    lines = written.getvalue().splitlines()
    assert max(map(len, lines)) <= logs.LONGEST + 2
    assert lines[0].startswith("it says: x x ")
    assert lines[0].endswith(" …")
    torn = {secret[:length] for length in range(3, len(secret))}
    assert [line for line in lines if torn & set(line.split())] == []


def test_a_long_traceback_is_cut_too(written):
    try:
        raise ValueError("it says " + "x " * logs.LONGEST_TRACEBACK)
    except ValueError:
        logging.getLogger("elsewhere").exception("failed")
    assert "ValueError: it says x" in written.getvalue()
    assert len(written.getvalue()) < logs.LONGEST_TRACEBACK + 100


def test_a_traceback_is_written_without_them_too(written):
    try:
        raise ValueError(f"Key (email)=({CAROL}) for {TOKEN}")
    except ValueError:
        logging.getLogger("elsewhere").exception("failed for %s", BOB)
    said = written.getvalue()
    assert "ValueError: Key (email)=(•••@acme.com) for …" in said
    assert "test_a_traceback_is_written_without_them_too" in said
    assert_silent(said, {TOKEN})


def test_what_cannot_be_written_stops_nothing_and_is_not_shown_instead(written, capsys):
    log = logging.getLogger("elsewhere")
    log.error("%d of %s", CAROL)
    assert written.getvalue() == "a message whose parts do not fit\n"
    written.close()
    log.error("for %s", CAROL)
    assert capsys.readouterr().err == ""


def waited_for(condition: Callable[[], bool]) -> None:
    for _try in range(200):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within 20 seconds")
