"""QR codes as SVG, without style or script."""

from io import BytesIO
from typing import Final

import segno
from django.utils.safestring import SafeString, mark_safe

_SCALE: Final = 3  # px a square
_BORDER: Final = 3  # squares


def picture(text: str | bytes) -> SafeString:
    """The text as a QR, with as little correction as paper needs, so that it is small."""
    out = BytesIO()
    code = segno.make(text, error="l", boost_error=False)
    code.save(
        out, kind="svg", xmldecl=False, svgns=True, scale=_SCALE, border=_BORDER, light="#fff", title="QR",
        svgclass="qr", lineclass=None,
    )  # fmt: skip
    return mark_safe(out.getvalue().decode())  # segno's own markup; the text is in it as squares only
