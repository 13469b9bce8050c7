"""A real IMAP server (Dovecot) of the test's own: loopback, free ports, TLS, a directory of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from imapclient import SEEN, IMAPClient

DOVECOT: Final = "/usr/sbin/dovecot"
PASSWORD: Final = "letters-of-a-test"
CONFIG: Final = """
base_dir = {at}/run
state_dir = {at}/state
log_path = {at}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{at}/cert.pem
ssl_key = <{at}/key.pem
{people}
first_valid_uid = 1
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={at}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {secure}
    ssl = yes
  }}
}}
"""


class ImapServer:
    """A running server; any user name has a mailbox of its own with the one password."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="mingcha-imap-"))
        self.directory.chmod(0o755)
        self.plain, self.secure = _free_ports()
        _certificate(self.directory)
        config = self.directory / "dovecot.conf"
        config.write_text(self._config())
        self.process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)])
        self._wait()

    @property
    def url(self) -> str:
        """With TLS from the first byte."""
        return f"imaps://127.0.0.1:{self.secure}"

    @property
    def certificate(self) -> str:
        """What the server's certificate is checked against."""
        return str(self.directory / "cert.pem")

    def client(self, user: str) -> IMAPClient:
        """A session of a user's."""
        import ssl

        context = ssl.create_default_context(cafile=self.certificate)
        client = IMAPClient("127.0.0.1", port=self.secure, ssl_context=context)
        client.login(user, PASSWORD)
        return client

    def deliver(self, user: str, *mails: bytes) -> None:
        """Put mails into the inbox of a user, unseen."""
        with self.client(user) as client:
            for mail in mails:
                client.append("INBOX", mail)

    def unseen(self, user: str) -> int:
        """How many mails nobody has seen."""
        with self.client(user) as client:
            client.select_folder("INBOX", readonly=True)
            return len(client.search("UNSEEN"))

    def forget_seen(self, user: str) -> None:
        """As if nobody had marked anything."""
        with self.client(user) as client:
            client.select_folder("INBOX")
            client.remove_flags(client.search("ALL"), [SEEN])

    def stop(self) -> None:
        """End it and remove everything."""
        self.process.terminate()
        self.process.wait(timeout=20)
        shutil.rmtree(self.directory)

    def _config(self) -> str:
        uid, gid, people = os.getuid(), os.getgid(), ""
        if uid == 0:
            mailer = pwd.getpwnam("nobody")
            uid, gid = mailer.pw_uid, mailer.pw_gid
        else:
            me = pwd.getpwuid(uid).pw_name
            people = f"default_internal_user = {me}\ndefault_login_user = {me}"
        home = self.directory / "mail"
        home.mkdir()
        os.chown(home, uid, gid)
        return CONFIG.format(
            at=self.directory, people=people, password=PASSWORD, uid=uid, gid=gid,
            plain=self.plain, secure=self.secure,
        )  # fmt: skip

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.secure)) == 0:
                    return
            assert self.process.poll() is None, (self.directory / "dovecot.log").read_text()
            time.sleep(0.05)
        raise AssertionError("the IMAP server does not answer")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _certificate(at: Path) -> None:
    """A certificate for the loopback address, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (at / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (at / "key.pem").write_bytes(private)


@pytest.fixture(scope="session")
def imap_server() -> Iterator[ImapServer]:
    """The server, for every test of a run."""
    server = ImapServer()
    yield server
    server.stop()
