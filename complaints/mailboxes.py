"""Where mail is fetched from: an IMAP mailbox or a folder of .eml files. Nothing is decoded here."""

import hashlib
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import urlsplit

from imapclient import SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from complaints.services.mail import MAX_MAIL, Arrival

CONNECT_SECONDS: Final = 15
READ_SECONDS: Final = 120
PORTS: Final = {"imaps": 993, "imap": 143}
_HEAD: Final = 256 * 1024  # bytes read of a file that is too large


class MailboxError(Exception):
    """The mailbox cannot be read; the text says why, in Chinese."""


class Mailbox(Protocol):
    """Something that holds mail."""

    def arrivals(self) -> Iterator[Arrival]:
        """The mails that nobody has taken, the oldest first."""

    def taken(self, arrival: Arrival) -> None:
        """The mail is stored and need not be fetched again."""


@dataclass(frozen=True, slots=True)
class Access:
    """How an IMAP mailbox is reached: `imaps://host[:port]`, or `imap://` which turns to TLS first."""

    url: str
    user: str
    password: str
    folder: str = "INBOX"
    ca_file: str = ""


class ImapMailbox:
    """Unseen mail of an IMAP folder, always over TLS; use it in a `with` statement.

    A mail is known by server, folder, UIDVALIDITY and UID. It is marked as seen when it was taken,
    and left as it is until then.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self.uids: dict[str, int] = {}
        self.client, self.validity = self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        with suppress(IMAPClientError, OSError):
            self.client.logout()

    def arrivals(self) -> Iterator[Arrival]:
        """The unseen mails; of one that is too large only its head."""
        try:
            unseen = sorted(self.client.search("UNSEEN"))
            for uid in unseen:
                arrival = self._arrival(uid)
                if arrival is not None:
                    yield arrival
        except (IMAPClientError, OSError) as error:
            raise MailboxError(f"与邮件服务器的连接中断（{_said(error)}）") from error

    def taken(self, arrival: Arrival) -> None:
        """Mark it as seen."""
        try:
            self.client.add_flags(self.uids[arrival.origin], [SEEN], silent=True)
        except (IMAPClientError, OSError) as error:
            raise MailboxError(f"与邮件服务器的连接中断（{_said(error)}）") from error

    def _arrival(self, uid: int) -> Arrival | None:
        """The mail; None when it was removed meanwhile."""
        size = self.client.fetch(uid, ["RFC822.SIZE"]).get(uid, {}).get(b"RFC822.SIZE")
        if size is None:
            return None
        part = "BODY.PEEK[]" if size <= MAX_MAIL else "BODY.PEEK[HEADER]"
        raw = self.client.fetch(uid, [part]).get(uid, {}).get(part.replace(".PEEK", "").encode())
        if raw is None:
            return None
        origin = _origin("imap", self.access.url, self.access.folder, str(self.validity), str(uid))
        self.uids[origin] = uid
        return Arrival(raw, origin, size if size > MAX_MAIL else 0)

    def _connect(self) -> tuple[IMAPClient, int]:
        try:
            client = _open(self.access)
        except ssl.SSLError as error:
            raise MailboxError(f"邮件服务器的证书或加密连接有问题（{_said(error)}）") from error
        except (IMAPClientError, OSError) as error:
            raise MailboxError(f"连不上邮件服务器（{_said(error)}）") from error
        try:
            client.login(self.access.user, self.access.password)
        except LoginError as error:
            raise MailboxError("邮件服务器拒绝登录：请核对 MAIL_IMAP_USER 与密码") from error
        try:
            return client, client.select_folder(self.access.folder)[b"UIDVALIDITY"]
        except IMAPClientError as error:
            raise MailboxError(f"邮箱里没有文件夹“{self.access.folder}”") from error


def _open(access: Access) -> IMAPClient:
    where = urlsplit(access.url)
    if where.scheme not in PORTS or not where.hostname:
        raise MailboxError("MAIL_IMAP_URL 应写成 imaps://主机[:端口] 或 imap://主机[:端口]")
    context = ssl.create_default_context(cafile=access.ca_file or None)
    client = IMAPClient(
        where.hostname,
        port=where.port or PORTS[where.scheme],
        ssl=where.scheme == "imaps",
        ssl_context=context,
        timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS),
    )
    if where.scheme == "imap":
        client.starttls(ssl_context=context)
    return client


def _said(error: Exception) -> str:
    return type(error).__name__ if not str(error) else str(error)[:120]


class FolderMailbox:
    """The .eml files of a folder, by name. They stay where they are: each is taken once."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise MailboxError(f"没有文件夹“{folder}”")
        self.folder = folder

    def arrivals(self) -> Iterator[Arrival]:
        """Every file; one that is too large only with its beginning."""
        for path in sorted(self.folder.iterdir()):
            if path.suffix.lower() == ".eml" and path.is_file():
                yield self._arrival(path)

    def taken(self, arrival: Arrival) -> None:
        """Nothing needs to be done."""

    def _arrival(self, path: Path) -> Arrival:
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                raw = file.read(_HEAD if size > MAX_MAIL else -1)
        except OSError as error:
            raise MailboxError(f"无法读取文件“{path.name}”（{error.strerror}）") from error
        origin = _origin("file", str(path.resolve()), hashlib.sha256(raw).hexdigest())
        return Arrival(raw, origin, size if size > MAX_MAIL else 0)


def _origin(*where: str) -> str:
    """A digest: names of folders and files may say more than the database should know."""
    return hashlib.sha256("\n".join(where).encode()).hexdigest()
