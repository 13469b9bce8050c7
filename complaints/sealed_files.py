"""Files that are sealed on the disk: attachments of letters and raw mails.

A file is bound to its name: another file put in its place does not open.
"""

import uuid
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from complaints.sealing import SealBroken, seal, unseal


def file_seal(folder: str, content: bytes) -> str:
    """Store a file sealed under a name that says nothing; the name is what the row keeps."""
    name = f"letters/{folder}/{uuid.uuid4().hex}"
    return default_storage.save(name, ContentFile(seal(content, _purpose(name))))


def file_unseal(name: str) -> bytes:
    """The plain content; SealBroken when it is gone, altered or not under its own name."""
    if not name:
        raise SealBroken("文件已不存在")
    try:
        with default_storage.open(name) as file:
            sealed = file.read()
    except FileNotFoundError as error:
        raise SealBroken("文件已不存在") from error
    return unseal(sealed, _purpose(name))


def file_delete(name: str) -> None:
    """Remove it; nothing happens when it is gone already."""
    if name:
        default_storage.delete(name)


def file_head(name: str) -> bytes:
    """The bytes that say with which key and cipher it is sealed; none when it is gone."""
    if not default_storage.exists(name):
        return b""
    with default_storage.open(name) as file:
        return bytes(file.read(2))


def file_reseal(name: str) -> None:
    """Seal it anew with the current key, in its place, whole or not at all."""
    content = seal(file_unseal(name), _purpose(name))
    target = Path(default_storage.path(name))
    beside = target.with_name(f"{target.name}.{uuid.uuid4().hex}.new")
    beside.write_bytes(content)
    beside.replace(target)


def _purpose(name: str) -> str:
    return f"file:{name}"
