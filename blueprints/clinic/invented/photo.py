"""A résumé as a phone photo of its first page: a little turned, shaded, grainy."""

import io
from random import Random

import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from .paper import Resume
from .pdf import as_pdf

PIXELS_PER_POINT = 1.9
DESK = (122, 104, 86)


def as_photo(resume: Resume) -> bytes:
    """A JPEG of about 1300 x 1800 pixels, without text. Raises NoFont."""
    rng = Random(f"photo {resume.text}")
    taken = _taken(_page(as_pdf(resume)), rng)
    out = io.BytesIO()
    _shaded(taken, rng).save(out, "JPEG", quality=82)
    return out.getvalue()


def _page(pdf: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture: Image.Image = document[0].render(scale=PIXELS_PER_POINT).to_pil()
        return picture.convert("RGB")
    finally:
        document.close()


def _taken(page: Image.Image, rng: Random) -> Image.Image:
    """The page on a desk, seen from not quite above."""
    width, height = page.width + 160, page.height + 180
    desk = Image.new("RGB", (width, height), DESK)
    desk.paste(page, (80, 90))
    lean, turn = rng.uniform(10, 34), rng.uniform(1.0, 2.4) * rng.choice((-1, 1))
    corners = (-lean, 0, 0, height, width, height, width + lean, 0)
    seen = desk.transform(desk.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=DESK)
    turned = seen.rotate(turn, Image.Resampling.BICUBIC, fillcolor=DESK)
    return turned.filter(ImageFilter.GaussianBlur(0.6))


def _shaded(photo: Image.Image, rng: Random) -> Image.Image:
    """Lamp light from one side, and the grain of a small sensor."""
    light = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270)))
    shade = light.point(lambda level: 180 + level * 75 // 255).resize(photo.size)
    lit = ImageChops.multiply(photo, Image.merge("RGB", (shade, shade, shade)))
    return Image.blend(lit, _grain(photo.size, rng), 0.06)


def _grain(size: tuple[int, int], rng: Random) -> Image.Image:
    """Grey noise, one tile repeated: Pillow's own noise takes no seed."""
    side = 256
    tile = Image.frombytes("L", (side, side), rng.randbytes(side * side))
    grain = Image.new("L", size)
    for left in range(0, size[0], side):
        for top in range(0, size[1], side):
            grain.paste(tile, (left, top))
    return grain.convert("RGB")
