"""Who gets in at the URLs of documents."""

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.roles import Capability
from outlets.models import Unit
from reports.models import Document
from tests.access_table import Row, who

READ = who(Capability.BULLETINS_READ)


def _circular(branch: Unit) -> dict[str, Any]:
    name = default_storage.save("documents/access.pdf", ContentFile(b"%PDF-1.7"))
    made = Document.objects.create(
        branch=branch, kind="CIRCULAR", title="处罚通报", year=2011, number=1, figures={},
        file=name, sha256="0" * 64, pages=1,
    )  # fmt: skip
    return {"pk": made.pk}


def own(org: Any) -> dict[str, Any]:
    return _circular(org.branch)


def foreign(org: Any) -> dict[str, Any]:
    return _circular(org.other)


DOCUMENTS = [
    Row("reports:document", READ, own=own, other=foreign),
    Row("reports:document_file", READ, own=own, other=foreign),
    Row("reports:document_render", READ, own=own, other=foreign, method="POST"),
    Row("document-list"),
    Row("document-detail", READ, own=own, other=foreign),
    Row("document-file", READ, own=own, other=foreign),
]
