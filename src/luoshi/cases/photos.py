"""Photographs: verified by their content, turned upright, stripped of all metadata, shrunk, and stored by their id.

Final ones lie at `uploads/<2 hex>/<uuid>.jpg` in the home; those of a report that is not sent yet in `uploads/draft/`.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from luoshi.cases.models import Photo
from luoshi.kernel import clock
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.ports.pictures import encode, refuse

ACCEPT: Final = "image/jpeg,image/png,image/webp"  # named one by one, an iPhone turns its HEIC into JPEG by itself
MOST: Final = 4
SWEPT_AFTER: Final = 24 * 3600  # seconds after which a file that is in no row belongs to nothing
DRAFT_SECONDS: Final = 26 * 3600  # a little longer than a report in the making lives


class Kept(NamedTuple):
    """A picture on disk: its id, the SHA-256 of the file (hex), width and height in px, size in bytes."""

    id: UUID
    sha256: str
    width: int
    height: int
    size: int


def _read(upload: "UploadedFile[Any]") -> bytes:
    most = settings.CONF.number("upload_max_mb")
    if (upload.size or 0) > most * 1_000_000:
        raise refuse(upload.name or "", T("每张最大 {n} MB", "At most {n} MB each").fill(n=most))
    upload.seek(0)
    return bytes(upload.read())


def _root() -> Path:
    return settings.CONF.home / "uploads"


def path(identity: UUID) -> Path:
    """Where the file of a photograph lies."""
    return _root() / identity.hex[:2] / f"{identity}.jpg"


def draft_path(identity: UUID) -> Path:
    """Where it lies before its report is sent."""
    return _root() / "draft" / f"{identity}.jpg"


def _write(file: Path, data: bytes) -> None:
    """At once or not at all, readable for us only."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".new.")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(descriptor)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _keep(upload: "UploadedFile[Any]", key: str, draft: bool) -> Kept:
    data, width, height = encode(_read(upload), upload.name or "")
    digest = hashlib.sha256(data)
    # The same picture under the same key has the same id, so that a repeated form is known as the same.
    identity = (
        UUID(bytes=hashlib.sha256(key.encode() + b"\0" + digest.digest()).digest()[:16], version=4) if key else uuid4()
    )
    _write(draft_path(identity) if draft else path(identity), data)
    return Kept(identity, digest.hexdigest(), width, height, len(data))


def _row(kept: Kept) -> Photo:
    return Photo(id=kept.id, sha256=kept.sha256, width=kept.width, height=kept.height, size=kept.size, at=clock.now())


def store(uploads: "Iterable[UploadedFile[Any]]", key: str = "") -> list[Photo]:
    """Store pictures for an action that takes `photos`; unsaved rows. `key` is the form's idempotency key. Raises Invalid."""
    return _distinct([_keep(upload, key, draft=False) for upload in uploads])


def _distinct(kept: Sequence[Kept]) -> list[Photo]:
    return [_row(one) for one in {one.id: one for one in kept}.values()]


def store_draft(upload: "UploadedFile[Any]", key: str) -> Kept:
    """Store a picture of a report in the making; old ones are removed on the way. Raises Invalid."""
    clean_drafts()
    return _keep(upload, key, draft=True)


def claim(drafts: Sequence[Kept]) -> list[Photo]:
    """Make drafts final, as unsaved rows. May be repeated; raises Invalid where a draft is gone."""
    for one in drafts:
        file = path(one.id)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(draft_path(one.id), file)
        except FileExistsError:
            continue
        except FileNotFoundError:
            if not file.exists():
                raise Invalid(
                    [Fault("photos", "", T("照片已过期，请重新加", "A picture has expired: add it again"))]
                ) from None
    return _distinct(drafts)


def remove(identities: Iterable[UUID]) -> None:
    """Remove the files of photographs for good, and the drafts they were made from."""
    for identity in identities:
        path(identity).unlink(missing_ok=True)
        draft_path(identity).unlink(missing_ok=True)


def old_files(before: float) -> Iterator[tuple[UUID | None, Path]]:
    """Final files older than a moment, by the time they were put in place; with no id where a write broke off."""
    for file in _root().glob("??/*"):
        with suppress(FileNotFoundError):
            if file.stat().st_ctime < before:
                yield _identity(file), file


def _identity(file: Path) -> UUID | None:
    try:
        return UUID(file.stem)
    except ValueError:
        return None


def clean_drafts() -> int:
    """Remove drafts that nobody sent; returns how many."""
    gone = 0
    for file in (_root() / "draft").glob("*.jpg"):
        try:
            if file.stat().st_mtime < time() - DRAFT_SECONDS:
                file.unlink()
                gone += 1
        except FileNotFoundError:
            continue
    return gone
