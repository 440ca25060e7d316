"""Documents that somebody uploads: a PDF or a picture, verified by content, stripped of metadata, stored by id and hash.

They lie at `uploads/papers/<2 hex>/<uuid>.pdf` (or `.jpg`) in the home. What a PDF carries beside its pages (scripts, actions,
attachments, form data, properties) is left out; a PDF that cannot be read whole, or is locked, is refused.
"""

import hashlib
import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.ports import pictures

ACCEPT: Final = "application/pdf,image/jpeg,image/png,image/webp"
PAGES: Final = 2000
SUFFIX: Final = {"application/pdf": "pdf", "image/jpeg": "jpg"}
_ACTIVE: Final = ("/OpenAction", "/AA", "/Names", "/AcroForm", "/JavaScript", "/Metadata", "/PieceInfo", "/Collection")
_BROKEN: Final = T("PDF 打不开，可能没有传完整或加了密", "The PDF cannot be opened: it may be incomplete or locked")


class Paper(NamedTuple):
    """A stored document: id, the name it came under, media type, SHA-256 (hex) and bytes of what is kept."""

    id: UUID
    name: str
    type: str
    sha256: str
    size: int


def _refuse(name: str, rule: T) -> Invalid:
    return Invalid([Fault("file", name[:60], rule)])


def _clean_pdf(data: bytes, name: str) -> bytes:
    """The pages alone. Raises Invalid."""
    import pikepdf

    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            if not 1 <= len(pdf.pages) <= PAGES:
                raise _refuse(name, T("1 到 {n} 页", "1 to {n} pages").fill(n=PAGES))
            for key in _ACTIVE:
                if key in pdf.Root:
                    del pdf.Root[key]
            for page in pdf.pages:
                for key in ("/AA", "/Annots", "/PieceInfo", "/Metadata"):
                    if key in page:
                        del page[key]
            if "/Info" in pdf.trailer:
                del pdf.trailer["/Info"]
            out = BytesIO()
            pdf.remove_unreferenced_resources()
            pdf.save(out, deterministic_id=True)
            return out.getvalue()
    except Invalid:
        raise
    except Exception:  # a reader that is given hostile bytes raises almost anything
        raise _refuse(name, _BROKEN) from None


def clean(data: bytes, name: str) -> tuple[bytes, str]:
    """What is kept of an upload, and its media type, found by its content. Raises Invalid."""
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return _clean_pdf(data, name), "application/pdf"
    try:
        return pictures.encode(data, name)[0], "image/jpeg"
    except Invalid as refused:
        rule = T("只收 PDF 或照片（JPEG、PNG、WebP）", "Only a PDF or a picture (JPEG, PNG, WebP) is taken")
        raise _refuse(name, rule) from refused


def path(identity: UUID, kind: str) -> Path:
    """Where a document lies."""
    return settings.CONF.home / "uploads" / "papers" / identity.hex[:2] / f"{identity}.{SUFFIX[kind]}"


def store(upload: "UploadedFile[Any]") -> Paper:
    """Check and store a document for an action. Raises Invalid."""
    most = settings.CONF.number("upload_max_mb")
    name = Path(upload.name or "").name[:120] or "document"
    if (upload.size or 0) > most * 1_000_000:
        raise _refuse(name, T("最大 {n} MB", "at most {n} MB").fill(n=most))
    upload.seek(0)
    return keep(upload.read(), name)


def keep(given: bytes, name: str) -> Paper:
    """Check and store the bytes of a document. Raises Invalid."""
    data, kind = clean(given, name)
    identity = uuid4()
    file = path(identity, kind)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, fresh = tempfile.mkstemp(dir=file.parent, prefix=".new.")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(descriptor)
        os.replace(fresh, file)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
    return Paper(identity, name, kind, hashlib.sha256(data).hexdigest(), len(data))
