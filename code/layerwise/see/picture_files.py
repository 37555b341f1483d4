"""A photograph as it is read from a file: upright, of a size that can be worked with, grey."""

from __future__ import annotations

import os
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float32]


MAXIMUM_PIXELS = 50_000_000
"""Larger pictures are refused, by what their header says, before anything is decoded: 50 megapixels, enough for a
telephone's 48."""


MINIMUM_SIDE = 8
"""The shorter side of a picture has at least so many pixels."""


FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""What is read, by Pillow's names; other decoders are not even tried."""


SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".heic", ".heif")
"""How files of these formats are named."""


SMALLEST, LARGEST, FINEST = 128, 512, 2048
"""Bounds of the longer side at which the steps look at a picture, and of the photo that a small digit is cut out of."""


class PhotoError(ValueError):
    """What was given is not a picture that can be read; the message says what to do."""


def pictures_in(folder: Path) -> list[Path]:
    """The files of a folder that are named as pictures are, in the order of their names."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())


def read_picture(image: str | os.PathLike[str] | Image.Image | npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """The picture in colours, upright, at most `FINEST` pixels high and wide."""
    if isinstance(image, (str, os.PathLike)):
        return _read_file(Path(image))
    if isinstance(image, Image.Image):
        _check_size(image.size)
        return _upright(image.copy())
    return _upright(_picture_of(image))


def _read_file(path: Path) -> npt.NDArray[np.uint8]:
    if path.is_dir():
        raise PhotoError(f"{path} is a folder; name a photo in it")
    if not path.is_file():
        raise PhotoError(f"there is no file {path}; check the name and the folder")
    try:
        size = path.stat().st_size
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures; they are refused below
            head = file.read(12)
            file.seek(0)
            picture = Image.open(file, formats=[*FORMATS, *_heif(head)])
            _check_size(picture.size)
            if picture.format != "MPO" and getattr(picture, "is_animated", False):
                raise PhotoError(f"{path} is animated; save one of its frames as a picture of its own")
            picture.draft("RGB", (FINEST // 2, FINEST // 2))  # a JPEG is decoded no larger than needed
            picture.load()
            return _upright(picture)
    except PhotoError:
        raise
    except Image.DecompressionBombError:
        raise PhotoError(f"{path} {_TOO_LARGE}") from None
    except PermissionError:
        raise PhotoError(f"{path} may not be read; change its permissions") from None
    except Exception as error:  # each of Pillow's decoders has its own ways to fail
        raise PhotoError(f"{path} {_why_unreadable(size, head, error)}") from None


_TOO_LARGE = f"has more than {MAXIMUM_PIXELS // 10**6} megapixels; make it smaller, or take it at a lower resolution"


def _why_unreadable(size: int, head: bytes, error: Exception) -> str:
    if size == 0:
        return "is empty (0 bytes); copy it again from the camera"
    if head[4:12] in _HEIF and not _heif(head):
        return 'is a HEIC picture; to read it, pip install "layerwise[heic]", or export it as JPEG'
    if head[4:12] == b"ftypavif":
        return "is an AVIF picture, which is not read; export it as JPEG"
    if isinstance(error, Image.UnidentifiedImageError) and head[4:12] not in _HEIF:
        return "is not a picture that can be read; JPEG, PNG, WebP, GIF or BMP is expected"
    return f"is damaged or cut short ({error}); copy it again from the camera"


_HEIF = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1", b"ftypheif")


def _heif(head: bytes) -> list[str]:
    """Pillow's name for HEIC, where such a file is to be read and its decoder, an extra, is installed."""
    if head[4:12] in _HEIF and find_spec("pillow_heif"):
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
        return ["HEIF"]
    return []


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAXIMUM_PIXELS:
        raise PhotoError(f"the picture has {size[0]:,} x {size[1]:,} pixels. It {_TOO_LARGE}")
    if min(size) < MINIMUM_SIDE or max(size) > 20 * min(size):
        raise PhotoError(
            f"the picture has {size[0]:,} x {size[1]:,} pixels; a digit needs at least {MINIMUM_SIDE} on each side, "
            "and no side more than 20 times the other"
        )


def _picture_of(array: npt.ArrayLike) -> Image.Image:
    """An array as a picture of 8 bits a channel."""
    values = np.asarray(array)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] not in (3, 4)):
        raise PhotoError(
            f"an array of shape {values.shape} is no picture; expected (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)"
        )
    _check_size((values.shape[1], values.shape[0]))
    if values.dtype == np.uint16:
        values = values / 65535
    elif values.dtype == np.bool_:
        values = values.astype(float)
    if values.dtype == np.uint8:
        return Image.fromarray(values)
    if not np.issubdtype(values.dtype, np.floating) or not (values.min() >= 0 and values.max() <= 1):
        raise PhotoError(
            f"an array of type {values.dtype} is expected as uint8, uint16, bool, or float between 0 and 1; "
            "divide it by its largest possible value"
        )
    return Image.fromarray((255 * values).round().astype(np.uint8))


def _upright(picture: Image.Image) -> npt.NDArray[np.uint8]:
    """In colours, reduced, turned as the camera says, and on a plain background where it is transparent."""
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 bits a pixel and more
        picture = _eight_bits(picture)
    transparent = "A" in picture.mode or "a" in picture.mode or "transparency" in picture.info
    mode = "RGBA" if transparent else "RGB"
    exif = picture.getexif()
    picture = picture if picture.mode == mode else picture.convert(mode)
    picture.thumbnail((FINEST, FINEST), Image.Resampling.LANCZOS, reducing_gap=2.0)
    turned = _TURNS.get(exif.get(_ORIENTATION, 1))
    picture = picture if turned is None else picture.transpose(turned)
    return np.asarray(_on_plain_background(picture) if transparent else picture)


_ORIENTATION = 0x0112


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What EXIF's orientation asks for."""


def _eight_bits(picture: Image.Image) -> Image.Image:
    values = np.asarray(picture, dtype=np.float32)
    full = 65535 if values.max() > 255 else 255
    return Image.fromarray(np.clip(values * (255 / full), 0, 255).astype(np.uint8))


def _on_plain_background(picture: Image.Image) -> Image.Image:
    """White behind what is dark, black behind what is light: a white digit on nothing shall not vanish."""
    pixels = np.asarray(picture, dtype=float)
    weight = pixels[..., 3]
    mean = (pixels[..., :3].mean(axis=2) * weight).sum() / max(weight.sum(), 1)
    plain = Image.new("RGBA", picture.size, "black" if mean > 127 and weight.mean() < 200 else "white")
    return Image.alpha_composite(plain, picture).convert("RGB")


def luminance(photo: npt.NDArray[np.uint8]) -> Floats:
    return (photo @ np.array([0.299, 0.587, 0.114]) / 255).astype(np.float32)


def reduced(photo: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    """The photo with at most so many pixels on its longer side."""
    picture = Image.fromarray(photo)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(picture)


def working_size(photo: npt.NDArray[np.uint8]) -> Floats:
    """From 0 to 1, of one channel where it is grey; enlarged by a whole number if no side has `SMALLEST` pixels."""
    photo = photo[..., :1] if (photo == photo[..., :1]).all() else photo
    factor = -(-SMALLEST // max(photo.shape))
    channels = np.moveaxis(photo.astype(np.float32) / 255, 2, 0)
    if factor > 1:
        channels = np.stack(
            [resized(channel, (factor * photo.shape[0], factor * photo.shape[1])) for channel in channels]
        )
    return np.clip(np.moveaxis(channels, 0, 2), 0, 1)


def resized(values: Floats, shape: tuple[int, int], box: tuple[float, float, float, float] | None = None) -> Floats:
    picture = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    return np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box))


def shrunk(values: Floats, side: int) -> Floats:
    """A reduced copy whose longer side has about `side` pixels, each the mean of those it replaces."""
    factor = max(1, round(max(values.shape) / side))
    return np.asarray(Image.fromarray(np.ascontiguousarray(values)).reduce(factor))
