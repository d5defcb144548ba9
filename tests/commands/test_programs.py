"""What runs as a program of its own: `flask start`, `flask serve`, `flask mail deliver`."""

import os
import re
import signal
import socket
import urllib.request

import pytest

from tests.commands.programs import (
    all_ended,
    descendants,
    environment,
    flask,
    migrate,
    output_until,
    started,
)


@pytest.fixture
def env(tmp_path) -> dict[str, str]:
    return environment(tmp_path)


@pytest.fixture
def running(env):
    """`flask start`, answering; and what it said."""
    program = started("start", env=env)
    said = output_until(program, "Ctrl-C stops it")
    yield program, said
    if program.poll() is None:
        program.terminate()
    program.communicate(timeout=30)


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.status)


def test_start_shows_orders_whose_links_open_and_ends_cleanly(env, running):
    program, said = running
    link = re.search(r"http://127\.0\.0\.1:\d+/start/\S+", said)
    assert link
    assert status_of(link[0]) == 200
    assert status_of(f"http://127.0.0.1:{env['PORT']}/mailbox") == 200
    assert "70010001" in said
    console = f"http://127.0.0.1:{env['PORT']}/console"
    assert f"The console is at {console}: sign in as operator@homeport.test." in said
    assert status_of(console) == 200
    children = descendants(program.pid)
    assert len(children) >= 4  # the web server with two workers, and mail delivery
    program.send_signal(signal.SIGINT)
    rest, _nothing = program.communicate(timeout=30)
    assert program.returncode == 0
    assert "Traceback" not in rest
    assert all_ended(children)


def test_start_again_keeps_what_is_there(env, running):
    program, said = running
    program.terminate()
    program.communicate(timeout=30)
    assert program.returncode == 0
    again = started("start", env=env)
    assert output_until(again, "Ctrl-C stops it").replace("Building the demo ...\n", "") in said
    again.terminate()
    again.communicate(timeout=30)


@pytest.mark.parametrize("place", [0, 1])
def test_when_one_program_dies_the_other_is_stopped_and_it_is_said(running, place):
    program, _said = running
    children = descendants(program.pid)
    direct = sorted(child for child in children if parent_of(child) == program.pid)
    os.kill(direct[place], signal.SIGKILL)
    rest, _nothing = program.communicate(timeout=30)
    assert program.returncode == 1
    assert ("The web server" if place == 0 else "Mail delivery") + " has ended" in rest
    assert all_ended(children)


def test_children_end_when_start_itself_is_killed(running):
    program, _said = running
    children = descendants(program.pid)
    program.kill()
    assert all_ended(children)


def test_a_taken_port_is_said_in_a_sentence(env):
    with socket.create_server(("127.0.0.1", int(env["PORT"]))):
        migrate(env)
        for command in ("start", "serve"):
            result = flask(command, env=env)
            assert result.returncode == 2
            assert (
                result.stderr == f"Error: Port {env['PORT']} is taken. Set PORT to another one.\n"
            )


def test_serve_is_the_web_alone_in_the_foreground(env):
    assert flask("migrate", env=env).returncode == 0
    server = started("serve", env=env)
    output_until(server, "Booting worker")
    output_until(server, "Booting worker")
    assert status_of(f"http://127.0.0.1:{env['PORT']}/healthz") == 200
    server.terminate()
    server.communicate(timeout=30)
    assert server.returncode == 0


def test_serve_wants_an_up_to_date_database(env):
    result = flask("serve", env=env)
    assert result.returncode == 2
    assert "flask migrate" in result.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_mail_delivery_runs_until_it_is_stopped(env, tmp_path, how):
    migrate(env)
    delivery = started("mail", "deliver", env=env)
    flask(
        *("orders", "place", "--number", "7", "--contact-email", "j@acme.com"),
        *("--line", "M1:Meetings:25"),
        env=env,
    )
    waited_for(lambda: any((tmp_path / "instance" / "mailbox").rglob("*.eml")))
    delivery.send_signal(how)
    rest, _nothing = delivery.communicate(timeout=30)
    assert (delivery.returncode, rest) == (0, "")


@pytest.mark.parametrize("command", ["check", "migrate", "start"])
def test_a_wrong_setting_is_said_in_a_sentence(env, command):
    result = flask(command, env=env | {"SHARED_DOMAIN_RULE": "strong"})
    assert result.returncode == 2
    assert result.stderr == ("Error: SHARED_DOMAIN_RULE is 'strong'; it takes weak or plain.\n")


@pytest.mark.parametrize("url", ["postgresql://postgres@127.0.0.1:1/none", "sqlite:///{folder}"])
def test_a_database_that_cannot_be_opened_is_said_in_a_sentence(env, tmp_path, url):
    env["DATABASE_URL"] = url.format(folder=tmp_path)
    result = flask("orders", "show", "7", env=env)
    assert result.returncode == 2
    assert result.stderr.startswith("Error: The database cannot be opened: ")
    assert "Traceback" not in result.stderr


def parent_of(pid: int) -> int:
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def waited_for(condition) -> None:
    for _try in range(100):
        if condition():
            return
        signal.sigtimedwait([], 0.1)
    raise AssertionError("it did not happen within 10 seconds")
