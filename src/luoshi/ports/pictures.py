"""Pictures that somebody sent: verified by their content, turned upright, stripped of all metadata, shrunk to a JPEG."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T

FORMATS: Final = ("JPEG", "PNG", "WEBP")
PIXELS: Final = 50_000_000  # of what is decoded whole
DRAFTED: Final = 250_000_000  # px of a JPEG that its decoder shrinks while it reads
EDGE: Final = 1600  # px, the longer side of what is kept
QUALITY: Final = 82

Image.MAX_IMAGE_PIXELS = None  # our own bounds stand in `_open`, and say what they are
_NOT_ONE = T("只收 JPEG、PNG、WebP 照片", "Only JPEG, PNG and WebP pictures are taken")
_HEIC = T(
    "这是 HEIC 照片，打不开。请在相机设置里选“兼容性最佳”，或先存成 JPEG",
    "This is a HEIC picture, which cannot be opened here. Choose “Most compatible” in the camera's settings, or save it as JPEG",
)
_BROKEN = T("照片打不开，可能没有传完整", "The picture cannot be opened: it may not have arrived whole")


def refuse(name: str, rule: T) -> Invalid:
    """The refusal that names a file and a rule."""
    return Invalid([Fault("photos", name[:60], T("{name}：{rule}", "{name}: {rule}").fill(name=name[:60], rule=rule))])


def _open(data: bytes, name: str) -> Image.Image:
    """The picture, not decoded yet, of one of the formats and not too large."""
    if data[4:8] == b"ftyp" and data[8:12] not in (b"avif", b"avis"):
        raise refuse(name, _HEIC)
    stream = BytesIO(data)
    image = Image.open(stream, formats=FORMATS)
    most = DRAFTED if _in_one_scan(image, data[: stream.tell()]) else PIXELS
    if image.width * image.height > most:
        zh, en = "照片太大：最多 {n} 万像素", "The picture is too large: at most {m} million pixels"
        raise refuse(name, T(zh, en).fill(n=most // 10_000, m=most // 1_000_000))
    return image


def _in_one_scan(image: Image.Image, opened: bytes) -> bool:
    """A JPEG with all colours in one scan: read line by line, never held whole. A progressive one is, at two bytes a value.

    `opened` is what was read of it: up to the head of the first scan, which names each of its colours in two bytes.
    """
    if not isinstance(image, JpegImageFile) or "progressive" in image.info:
        return False
    length = 6 + 2 * image.layers
    return opened[-length - 2 :].startswith(b"\xff\xda" + length.to_bytes(2, "big"))


def _shrunk(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height at which the longer side is EDGE."""
    longer = max(*size, EDGE)
    return -(-size[0] * EDGE // longer), -(-size[1] * EDGE // longer)


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says, at most EDGE px, on white where it is transparent; a new image without metadata."""
    image.draft("RGB", _shrunk(image.size))  # lets the JPEG decoder leave out what is shrunk away
    image = ImageOps.exif_transpose(image)
    image.thumbnail((EDGE, EDGE))
    clean = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        clean.paste(image, mask=image.getchannel("A"))
    else:
        clean.paste(image.convert("RGB"))
    return clean


def encode(data: bytes, name: str = "") -> tuple[bytes, int, int]:
    """JPEG bytes, width and height of what is kept of an upload. Raises Invalid that names the file and the rule."""
    try:
        image = _upright(_open(data, name))
    except Invalid:
        raise
    except UnidentifiedImageError:
        raise refuse(name, _NOT_ONE) from None
    except Exception:  # a decoder that is given hostile bytes raises almost anything
        raise refuse(name, _BROKEN) from None
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue(), image.width, image.height
