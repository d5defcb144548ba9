"""`flask mail` and what `flask check` says of mail."""

import signal
import threading

import pytest

from mail import delivery
from records import addresses, fence, outbox
from records.tables import OutboxRow
from tests.mail.reports import report
from tests.support.cast import NEWCOMER, place


@pytest.fixture
def waiting(app):
    return place(app.config["SETTINGS"])


def test_behind_a_fence_nothing_is_sent_until_it_is_lifted(flask, waiting):
    assert flask("mail", "fence", "--why", "moving.").output == "No mail is sent. 1 letters wait.\n"
    refused = flask("mail", "deliver", "--once")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("Error: No mail is sent: moving. `flask mail resume` lifts")
    checked = flask("check")
    assert checked.exit_code == 1
    assert "No mail is sent: moving." in checked.output
    assert flask("mail", "resume").output == "Mail is sent again. 1 letters wait.\n"
    assert flask("mail", "deliver", "--once").output == "1 letters are done with.\n"
    assert flask("mail", "resume").exit_code == 2


def test_what_a_backup_has_waiting_can_be_given_up(flask, waiting):
    fence.put_up("this database is a restored backup.")
    said = flask("mail", "resume", "--discard").output
    assert said == "1 letters are given up.\nMail is sent again. 0 letters wait.\n"
    assert flask("mail", "deliver", "--once").output == "0 letters are done with.\n"
    assert outbox.untold(9) == []


def test_a_dead_address_is_listed_and_revived(flask, waiting):
    addresses.mark_dead(NEWCOMER, "5.1.1 no such user")
    assert f"{NEWCOMER}  5.1.1 no such user" in flask("mail", "revive").output
    assert flask("mail", "revive", NEWCOMER).output == f"Mail is sent to {NEWCOMER} again.\n"
    assert flask("mail", "revive", NEWCOMER).exit_code == 2


def test_bounces_are_read_where_it_is_said_that_they_arrive(flask):
    result = flask("mail", "bounces")
    assert (result.exit_code, "MAIL_BOUNCES_FROM" in result.stderr) == (2, True)


@pytest.mark.settings(MAIL_BOUNCES_FROM="/dev/null/nowhere")
def test_a_mailbox_that_cannot_be_read_is_said_in_a_sentence(flask):
    result = flask("mail", "bounces")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: The mailbox of bounces cannot be read: ")


@pytest.fixture
def bounces_folder(tmp_path, request):
    folder = tmp_path / "Maildir" / "new"
    folder.mkdir(parents=True)
    (folder / "1.mx").write_bytes(report("bounces+1-0@x.test"))
    return folder


def test_what_came_back_is_counted(app, bounces_folder, monkeypatch, flask):
    settings = app.config["SETTINGS"]
    object.__setattr__(settings, "mail_bounces_from", str(bounces_folder.parent))
    said = "0 came back for good, 0 for now, {} are not ours.\n"
    assert flask("mail", "bounces").output == said.format(1)
    assert flask("mail", "bounces").output == said.format(0)


@pytest.mark.settings(
    MAIL_BOUNCES_FROM="imaps://us:hidden@mail.test/INBOX", MAIL_BOUNCES="bounces@other.test"
)
def test_check_keeps_the_mailboxs_password(flask):
    assert "imaps://us:***@mail.test/INBOX" in flask("check").output


def test_a_failed_letter_is_told_by_the_next_delivery(flask, waiting):
    addresses.mark_dead(NEWCOMER, "5.1.1")
    flask("mail", "deliver", "--once")
    assert [row.letter for row in OutboxRow.select().order_by(OutboxRow.id)] == ["launch", "alert"]
    assert OutboxRow.get(OutboxRow.letter == "alert").sent_at


def test_what_runs_beside_the_mail_ends_where_delivery_breaks_down(app, flask, monkeypatch):
    """A program that stays there without delivering would be started again by nobody."""

    def broken(*_given, **_named):
        raise SystemExit(7)

    monkeypatch.setattr(delivery, "run", broken)
    monkeypatch.setattr(signal, "signal", lambda *_given: None)
    before = threading.active_count()
    assert flask("mail", "deliver").exit_code == 7
    assert threading.active_count() == before
