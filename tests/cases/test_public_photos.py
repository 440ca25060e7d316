"""Photographs: what is taken, what is kept of it, and who may open it."""

import hashlib
import stat
import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from public_walk import Walk, do, handle, picture

from luoshi.cases import photos
from luoshi.cases.models import Case, Photo
from luoshi.kernel.problems import Invalid
from luoshi.kernel.viewer import Viewer
from luoshi.ports import pictures


def sent(data: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def with_gps() -> bytes:
    """A JPEG that says where it was taken, lying on its side, with a comment."""
    image, exif = Image.new("RGB", (400, 200), "blue"), Image.Exif()
    exif[0x0112] = 6  # turn by 90°
    exif.get_ifd(0x8825)[2] = (40.0, 39.0, 30.0)
    exif[0x010F] = "SECRETCAMERA"
    out = BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"SECRETCOMMENT", xmp=b"SECRETXMP", icc_profile=b"SECRETICC")
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG whose head promises a size and whose body is nearly nothing: a decompression bomb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_where_and_with_what_it_was_taken_is_stripped() -> None:
    data = with_gps()
    assert b"SECRETCAMERA" in data and b"SECRETXMP" in data
    kept, width, height = pictures.encode(data)
    assert (width, height) == (200, 400)
    assert b"SECRET" not in kept and b"Exif" not in kept
    again = Image.open(BytesIO(kept))
    assert not again.getexif() and set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_is_shrunk_to_a_jpeg(form: str) -> None:
    kept, width, height = pictures.encode(picture(form, (4000, 2000)).getvalue())
    assert (width, height) == (1600, 800) and Image.open(BytesIO(kept)).format == "JPEG"


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "L", "I;16", "CMYK"])
def test_every_mode_of_colour_is_taken(mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (20, 10)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert pictures.encode(out.getvalue())[1:] == (20, 10)


def test_what_is_transparent_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (20, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(BytesIO(pictures.encode(out.getvalue())[0])).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(9000, 9000), (60000, 60000), (8000, 7000)])
def test_a_bomb_is_refused_by_its_head_with_the_true_reason(size: tuple[int, int]) -> None:
    with pytest.raises(Invalid) as refused:
        pictures.encode(png_of(*size), "bomb.png")
    assert refused.value.faults[0].field == "photos"
    assert refused.value.faults[0].rule.zh == "bomb.png：照片太大：最多 5000 万像素"


def jpeg_of(width: int, height: int, progressive: bool = False) -> bytes:
    """A small JPEG whose head says that it is large: all that is told of it before it is decoded."""
    out = BytesIO()
    Image.new("RGB", (16, 16), "blue").save(out, "JPEG", progressive=progressive)
    data = bytearray(out.getvalue())
    at = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def test_the_picture_of_a_phone_with_200_million_pixels_is_taken_without_holding_it_whole() -> None:
    image = pictures._open(jpeg_of(16320, 12240), "a.jpg")
    image.draft("RGB", pictures._shrunk(image.size))
    assert image.size == (2040, 1530)
    _, width, height = pictures.encode(picture("JPEG", (10000, 5200)).getvalue())
    assert (width, height) == (1600, 832)


def test_a_jpeg_that_must_be_held_whole_has_the_bound_of_the_others() -> None:
    several = jpeg_of(9000, 9000)
    at = several.index(b"\xff\xda")
    # one colour in the first scan, so that others would have to follow
    several = several[:at] + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + several[at + 14 :]
    for data, most in ((jpeg_of(9000, 9000, True), 5000), (several, 5000), (jpeg_of(16000, 16000), 25000)):
        with pytest.raises(Invalid) as refused:
            pictures.encode(data, "a.jpg")
        assert f"照片太大：最多 {most} 万像素" in refused.value.faults[0].rule.zh


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "ICO", "PPM", "AVIF"])
def test_other_formats_are_refused_whatever_their_name(form: str) -> None:
    with pytest.raises(Invalid) as refused:
        pictures.encode(picture(form).getvalue(), "a.jpg")
    assert "JPEG、PNG、WebP" in refused.value.faults[0].rule.zh


@pytest.mark.parametrize("cut", range(0, 600, 23))
def test_a_picture_cut_anywhere_is_refused_in_words(cut: int) -> None:
    whole = with_gps()
    with pytest.raises(Invalid):
        pictures.encode(whole[: min(cut, len(whole) - 50)])


def test_the_file_is_stored_under_its_id_for_us_only(db: None) -> None:
    (row,) = photos.store([sent(with_gps())])
    file = photos.path(row.pk)
    assert file.parent.name == row.pk.hex[:2] and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert hashlib.sha256(file.read_bytes()).hexdigest() == row.sha256 and file.stat().st_size == row.size
    assert row._state.adding and not [f for f in file.parent.iterdir() if f.name.startswith(".")]


def test_the_same_form_sent_again_names_the_same_pictures(db: None) -> None:
    first, again, other = (photos.store([sent(with_gps())], key) for key in ("key-1", "key-1", "key-2"))
    assert first[0].pk == again[0].pk != other[0].pk


def test_too_many_bytes_are_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleUploadedFile, "size", 12_000_001, raising=False)
    big = sent(with_gps())
    big.size = 12_000_001
    with pytest.raises(Invalid) as refused:
        photos.store([big])
    assert "12 MB" in refused.value.faults[0].rule.zh


def test_drafts_nobody_sent_are_removed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = photos.store_draft(sent(with_gps()), "key-of-a-draft")
    assert photos.draft_path(kept.id).exists()
    monkeypatch.setattr(photos, "DRAFT_SECONDS", -1)
    assert photos.clean_drafts() >= 1 and not photos.draft_path(kept.id).exists()
    with pytest.raises(Invalid):
        photos.claim([kept])


@pytest.fixture
def mine(browse: Client) -> tuple[Case, str, Photo]:
    """A reported case with a picture: the case, its code, the picture."""
    case, code = Walk(browse).through(photos=[picture()])
    return case, code, case.photos.get()


def link(page: str, photo: Photo) -> str:
    begin = page.index(f"/photo/{photo.pk}/?p=")
    return page[begin : page.index('"', begin)]


def test_the_reporter_sees_their_picture_by_a_proof_without_the_code(
    browse: Client, mine: tuple[Case, str, Photo]
) -> None:
    _, code, photo = mine
    address = link(browse.get(f"/track/{code}").content.decode(), photo)
    assert code not in address
    response = browse.get(address)
    assert response.status_code == 200 and response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == "inline" and "private" in response.headers["Cache-Control"]


def test_nobody_else_sees_it(browse: Client, mine: tuple[Case, str, Photo]) -> None:
    _, code, photo = mine
    address = link(browse.get(f"/track/{code}").content.decode(), photo)
    other, _ = Walk(browse).through(photos=[picture(size=(9, 9))])
    theirs = other.photos.get()
    for wrong in (
        f"/photo/{photo.pk}/",
        address[:-2],
        address.replace(str(photo.pk), str(theirs.pk)),
        f"/photo/{photo.pk}/?p={code}",
        "/photo/00000000-0000-4000-8000-000000000000/",
    ):
        assert browse.get(wrong).status_code == 404


def test_evidence_is_shown_to_the_reporter_when_it_is_done_and_to_nobody_else_until_released(
    browse: Client, mine: tuple[Case, str, Photo], cast: dict[str, Viewer]
) -> None:
    case, code, before = mine
    after, inside = photos.store([sent(with_gps()), sent(picture(size=(9, 7)).getvalue())])
    for row, kind in ((after, "after"), (inside, "other")):
        row.case, row.kind, row.person_id = case, kind, cast["handler"].person
        row.save(force_insert=True)
    early = browse.get(f"/track/{code}").content.decode()
    assert str(after.pk) not in early, "nothing is told before the unit says that it is done"
    handle(case, cast)
    page = browse.get(f"/track/{code}").content.decode()
    assert str(after.pk) in page and str(before.pk) in page and str(inside.pk) not in page
    assert "办了什么" in page and "更换井盖 1 座" in page
    address = link(page, after)
    assert code not in address and browse.get(address).status_code == 200
    _, others = Walk(browse).through(photos=[picture(size=(9, 9))])
    assert str(after.pk) not in browse.get(f"/track/{others}").content.decode()
    public = browse.get(f"/cases/{case.number}/").content.decode()
    assert str(after.pk) not in public and browse.get(f"/photo/{after.pk}/").status_code == 404
    do("release", cast["desk"], case, photos_released=[after])
    public = browse.get(f"/cases/{case.number}/").content.decode()
    assert str(after.pk) in public and str(before.pk) not in public
    assert browse.get(f"/photo/{after.pk}/").status_code == 200
    assert browse.get(f"/photo/{before.pk}/").status_code == 404
