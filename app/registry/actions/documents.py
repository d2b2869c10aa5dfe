"""Documents: the bytes as they came, known by their hash, or a reference to where they are kept."""

from hashlib import sha256

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Invalid
from app.registry.actions.regions import within
from app.registry.models import Document, DocumentBody
from app.registry.states import MAGIC, MediaType

MAX_DOCUMENT = 1_000_000
"""Bytes of one document."""


def _media_type(content: bytes) -> MediaType:
    """By the first bytes; what a client calls it counts for nothing."""
    for magic, media_type in MAGIC.items():
        if content.startswith(magic):
            return media_type
    raise Invalid("只接受 PDF、PNG、JPEG 文件", field="file", reason="MEDIA_TYPE")


def record_document(
    tx: Tx,
    who: Actor | None,
    *,
    region_code: str,
    kind: str,
    title: str,
    content: bytes | None = None,
    reference: str | None = None,
) -> Document:
    """登记材料: uploaded bytes, or a reference to a paper kept elsewhere. Raises Invalid for another type or size."""
    within(tx, who, region_code)
    now = tx.clock()
    document = Document(
        region_code=region_code, kind=kind, title=title, reference=reference,
        uploaded_by_account=who.account_id if who else None, recorded_at=now,
    )  # fmt: skip
    if content is not None:
        if not 0 < len(content) <= MAX_DOCUMENT:
            raise Invalid(f"文件须在1至{MAX_DOCUMENT}字节之间", field="file", reason="FILE_SIZE")
        document.media_type = _media_type(content)
        document.sha256, document.size = sha256(content).digest(), len(content)
    elif reference is None:
        raise Invalid("须上传文件或者写明存放处", field="file")
    tx.add(document)
    tx.flush()
    if content is not None:
        tx.add(DocumentBody(document_id=document.id, body=content))
        tx.flush()
    record(
        tx, who, "document.record", f"document/{document.id}", region=region_code,
        kind=kind, sha256=document.sha256, size=document.size, reference=reference,
    )  # fmt: skip
    return document
