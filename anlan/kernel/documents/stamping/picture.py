"""A stamp on a picture: across it, faintly, and whole on a strip below it, so that it covers nothing."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps, PngImagePlugin

from anlan.kernel.documents.stamping.mark import FONT_FILE, Mark, UnstampableError, width_of

#: 64 million pixels are a quarter of a gigabyte unpacked; a camera of a telephone makes 50.
PIXELS_MAX = 64_000_000
# the library's own limit is higher and only warns at first
Image.MAX_IMAGE_PIXELS = None
#: Narrower than this no line of text can be read: the strip is as wide, the picture stays as it is.
_WIDTH_LEAST = 320
_EDGE_SHARE, _EDGE_LEAST = 1 / 55, 12.0
_ACROSS_SHARE, _ACROSS_DEG = 1 / 32, 30
_FAINT_DARK, _FAINT_LIGHT = (40, 40, 40, 60), (255, 255, 255, 90)
_JPEG_QUALITY, _LAYER_MAX = 92, 2_000
#: Under which a picture says in its own metadata what is drawn on it.
TEXT_KEY = "Anlan"
_ORIENTATION, _RESAMPLE = 0x0112, Image.Resampling.BILINEAR


def stamp(content: bytes, mark: Mark) -> bytes:
    """Return the picture, PNG or JPEG, in its own format with the stamp.

    Raises UnstampableError for one that moves, or is larger than PIXELS_MAX.
    """
    with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as opened:
        if opened.width * opened.height > PIXELS_MAX:
            raise UnstampableError("too_large")
        if getattr(opened, "n_frames", 1) > 1:
            raise UnstampableError("moving")
        upright = ImageOps.exif_transpose(opened)
        kind, exif, profile = opened.format, upright.getexif(), opened.info.get("icc_profile")
        picture = _drawn(upright, mark)
    exif.pop(_ORIENTATION, None)
    made = BytesIO()
    kept: dict[str, Any] = {"exif": exif} | ({"icc_profile": profile} if profile else {})
    if kind == "PNG":
        said = PngImagePlugin.PngInfo()
        said.add_itxt(TEXT_KEY, mark.line)
        picture.save(made, "PNG", pnginfo=said, **kept)
    else:
        comment = mark.line.encode()
        picture = picture.convert("RGB")
        picture.save(made, "JPEG", quality=_JPEG_QUALITY, comment=comment, **kept)
    return made.getvalue()


def _drawn(picture: Image.Image, mark: Mark) -> Image.Image:
    base = picture.convert("RGBA")
    wide = max(base.width, _WIDTH_LEAST)
    base.alpha_composite(_across(base.width, base.height, mark).resize(base.size, _RESAMPLE))
    strip = _strip(wide, mark)
    whole = Image.new("RGBA", (wide, base.height + strip.height), "white")
    whole.paste(base, (0, 0))
    whole.paste(strip, (0, base.height))
    return whole


def _strip(wide: int, mark: Mark) -> Image.Image:
    size = max(_EDGE_LEAST, wide * _EDGE_SHARE)
    size *= min(1.0, wide * 0.96 / width_of(mark.line, size))
    strip = Image.new("RGBA", (wide, round(size * 1.8)), "white")
    pen = ImageDraw.Draw(strip)
    pen.text((size * 0.5, size * 0.9), mark.line, (30, 30, 30, 255), _font(size), anchor="lm")
    return strip


def _across(wide: int, high: int, mark: Mark) -> Image.Image:
    """Return a layer with the name all over it, light within dark so that it shows on either.

    It has the shape of the picture and is drawn no larger than _LAYER_MAX, for the sake of memory.
    """
    share = min(1.0, _LAYER_MAX / max(wide, high))
    wide, high = max(1, round(wide * share)), max(1, round(high * share))
    size = max(_EDGE_LEAST, max(wide, _WIDTH_LEAST) * _ACROSS_SHARE)
    length, font = width_of(mark.who, size), _font(size)
    reach = round((wide**2 + high**2) ** 0.5) + 1
    layer = Image.new("RGBA", (reach, reach), (0, 0, 0, 0))
    pen, step_x, step_y = ImageDraw.Draw(layer), length + size * 4, size * 8
    for row in range(int(reach // step_y) + 1):
        shift = step_x / 2 if row % 2 else 0
        for column in range(-1, int(reach // step_x) + 1):
            at = (column * step_x + shift, row * step_y + size)
            pen.text(at, mark.who, _FAINT_LIGHT, font, stroke_width=1, stroke_fill=_FAINT_DARK)
    turned = layer.rotate(_ACROSS_DEG, resample=_RESAMPLE)
    left, top = (reach - wide) // 2, (reach - high) // 2
    return turned.crop((left, top, left + wide, top + high))


def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_FILE), size)
