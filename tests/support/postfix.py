"""A real mail server: an instance of Postfix of our own, in a temporary folder, on loopback."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support.postgresql import free_port

_PROGRAMS = Path("/usr/sbin")
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
multi_instance_name = postfix-tests
multi_instance_enable = yes
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.seller.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
recipient_delimiter = +
smtpd_tls_security_level = may
smtpd_tls_chain_files = {key}, {certificate}
virtual_mailbox_domains = acme.test, orders.seller.test
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ alice@acme.test=alice/, bounces@orders.seller.test=bounces/ }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
transport_maps = inline:{{ gone.test=gone:, sink.test=discard: }}
smtpd_recipient_restrictions = permit_mynetworks
smtpd_reject_unlisted_recipient = yes
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
notify_classes =
"""
_MASTER = """
{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
gone unix - n n - - pipe flags=R user=nobody argv=/bin/sh -c {{exit 67}}
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


def certificate(folder: Path) -> tuple[str, str]:
    """Files of a new certificate for `localhost`, and of its key."""
    files = str(folder / "certificate.pem"), str(folder / "key.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-out", files[0], "-keyout", files[1]),
        ],
        check=True,
        capture_output=True,
    )
    return files


class Postfix:
    """Takes mail for alice@acme.test and bounces@orders.seller.test; sends back all for gone.test.

    What is for sink.test it throws away. Root alone can start it.
    """

    def __init__(self, certificate: str, key: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="homeport-postfix-"))
        self.folder.chmod(0o755)
        self.port = free_port()
        account = pwd.getpwnam("postfix")
        for name in ("etc", "queue", "data", "mail"):
            (self.folder / name).mkdir()
        for name in ("data", "mail"):
            os.chown(self.folder / name, account.pw_uid, account.pw_gid)
        values = {"folder": self.folder, "uid": account.pw_uid, "gid": account.pw_gid}
        main = _MAIN.format(**values, certificate=certificate, key=key)
        (self.folder / "etc" / "main.cf").write_text(main)
        (self.folder / "etc" / "master.cf").write_text(_MASTER.format(port=self.port))

    def start(self) -> "Postfix":
        self._run("start")
        return self

    def stop(self) -> None:
        self._run("stop")
        shutil.rmtree(self.folder)

    def maildir(self, name: str) -> Path:
        return self.folder / "mail" / name

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def _run(self, what: str) -> None:
        with (self.folder / "out").open("w+") as output:
            done = subprocess.run(
                [_PROGRAMS / "postfix", "-c", self.folder / "etc", what],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
            )  # fmt: skip
            output.seek(0)
            assert done.returncode == 0, f"postfix {what} failed: {output.read()}"
