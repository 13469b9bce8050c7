"""Service files as documents: what one reader may read of somebody, on a day (S13)."""

from django.utils import timezone

from accounts.models import User
from outlets.models import Staff
from reports.documents.file import file_figures, title_of
from reports.models import Document
from reports.services.documents import DocumentFacts, document_make
from tellers.selectors.files import FileSought
from tellers.services.files import file_read


def service_file_make(*, person: Staff, sought: FileSought, actor: User) -> Document:
    """The file as the actor may read it; reading somebody else's is written down."""
    found = file_read(user=actor, person=person, sought=sought)
    figures = file_figures(
        file=found,
        branch=person.branch.name,
        reader=actor.name,
        today=timezone.localdate(),
    )
    facts = DocumentFacts(
        kind=Document.Kind.FILE,
        key=":".join((person.number, str(sought.year or ""), sought.kind)),
        title=title_of(found),
        figures=figures,
    )
    return document_make(branch=person.branch, facts=facts, actor=actor)
