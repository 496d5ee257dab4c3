"""Recipes inside picture files: written without touching a pixel, read without trusting a byte.

A kept original stays as it came, since its name is the hash of its bytes: what a picture was made
with is in the store. The recipe goes into copies that leave the program. In each form it stands
twice, as our JSON and as the text that other programs look for:

- PNG: a chunk iTXt `chat-tui`, and a chunk `parameters`, behind the header.
- JPEG and WebP: XMP with our JSON, and the EXIF field UserComment. What is there already stays;
  a JPEG file that has XMP, or has no room for ours, gets our JSON as a comment.

Formats: https://www.w3.org/TR/png-3/#11textinfo, Exif 2.32 (CIPA DC-008), XMP part 3
(ISO 16684-1), https://developers.google.com/speed/webp/docs/riff_container.
"""

import html
import os
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chat_tui import __version__
from chat_tui.errors import MediaError
from chat_tui.media import files
from chat_tui.media.recipe import MAX_BYTES, Recipe, from_json, to_json, to_parameters
from chat_tui.media.sniff import sniff

KEYWORD: Final = "chat-tui"
PARAMETERS: Final = "parameters"

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER_ENDS: Final = 33
_MAX_CHUNKS: Final = 50_000
_EXIF: Final = b"Exif\0\0"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_COMMENT: Final = b"chat-tui:"
_MAX_SEGMENT: Final = 0xFFFF - 2
_APP0, _APP1, _COM, _SOS, _EOI = 0xE0, 0xE1, 0xFE, 0xDA, 0xD9
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04
_WEBP_ALPHA: Final = 0x10
_PACKET: Final = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:chattui="urn:chat-tui:1">'
    b"<chattui:recipe>%b</chattui:recipe>"
    b'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_IN_PACKET: Final = rb"<chattui:recipe>([^<]*)</chattui:recipe>"


def with_recipe(data: bytes, recipe: Recipe) -> bytes:
    """Return a picture file with a recipe in it, in place of an earlier one of ours.

    A file that is cut off, or of a form that holds none, comes back as it is.
    """
    form = sniff(data)
    try:
        match form.media_type if form is not None else "":
            case "image/png":
                return _into_png(data, recipe)
            case "image/jpeg":
                return _into_jpeg(data, recipe)
            case "image/webp" if form is not None:
                return _into_webp(data, recipe, form.width_px, form.height_px)
    except (struct.error, IndexError):
        pass  # cut off
    return data


def recipe_in(data: bytes) -> Recipe | None:
    """Find the recipe in a picture file; null where there is none that can be read."""
    try:
        for text in _candidates(data):
            if len(text) <= MAX_BYTES:
                try:
                    return from_json(text)
                except MediaError:
                    continue
    except (struct.error, IndexError, zlib.error):
        pass  # cut off or damaged; what was whole has been looked at
    return None


def recipe_of_file(path: Path) -> Recipe:
    """Read the recipe of a picture file. It blocks: not for the event loop.

    Raises:
        MediaError: it is no picture, or has no recipe of ours.
        OSError: it cannot be read.
    """
    data = picture_bytes(path)
    recipe = recipe_in(data)
    if recipe is None:
        raise MediaError(
            f"{str(path)!r} does not say what it was made with",
            hint="chat-tui writes that into the copies that it saves",
        )
    return recipe


def picture_bytes(path: Path) -> bytes:
    """Read a picture file, if it is one. It blocks: not for the event loop.

    Raises:
        MediaError: it is something else, or too large.
        OSError: it cannot be read.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise MediaError(f"{str(path)!r} is not a file")
    with path.open("rb") as file:
        data = file.read(files.MAX_BYTES + 1)
        size_bytes = os.fstat(file.fileno()).st_size
    try:
        if len(data) > files.MAX_BYTES:
            raise files.too_large(max(size_bytes, len(data)))
        files.check_picture(data)
    except MediaError as error:
        raise MediaError(f"{str(path)!r}: {error.message}") from error
    return data


def _candidates(data: bytes) -> Iterator[bytes]:
    if data.startswith(_PNG):
        for name, content in _chunks(data):
            if name in (b"iTXt", b"tEXt") and content.startswith(KEYWORD.encode() + b"\0"):
                yield _text_of(name, content)
            elif name == b"IEND":
                return
    elif data.startswith(b"\xff\xd8"):
        for marker, start, end in _segments(data):
            content = data[start:end]
            if marker == _APP1 and content.startswith(_XMP):
                yield from _in_packet(content)
            elif marker == _COM and content.startswith(_COMMENT):
                yield content[len(_COMMENT) :]
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        for name, content in _riff_chunks(data):
            if name == b"XMP " and len(content) <= 2 * MAX_BYTES:
                yield from _in_packet(content)


def _in_packet(packet: bytes) -> Iterator[bytes]:
    # By its marks, not by an XML parser: those can be made to work very long.
    for found in re.finditer(_IN_PACKET, packet):
        yield html.unescape(found[1].decode("utf-8", "replace")).encode("utf-8", "replace")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG file whose checksum is right or that are not looked into."""
    at = len(_PNG)
    for _ in range(_MAX_CHUNKS):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            return
        if name in (b"iTXt", b"tEXt"):
            content = data[at + 8 : end - 4]
            if length <= MAX_BYTES and zlib.crc32(name + content) == _number(data, end - 4):
                yield name, content
        else:
            yield name, b""
        at = end


def _text_of(name: bytes, content: bytes) -> bytes:
    _, _, rest = content.partition(b"\0")
    if name == b"tEXt":
        return rest.decode("latin-1").encode()
    compressed, method, rest = rest[0], rest[1], rest[2:]
    _language, _, rest = rest.partition(b"\0")
    _translated, _, text = rest.partition(b"\0")
    if not compressed:
        return text
    if method:
        return b""
    return zlib.decompressobj().decompress(text, MAX_BYTES + 1)


def _into_png(data: bytes, recipe: Recipe) -> bytes:
    kept, at, whole, taken = [], _PNG_HEADER_ENDS, False, False
    for _ in range(_MAX_CHUNKS):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            return data
        keyword = data[at + 8 : min(end - 4, at + 88)].partition(b"\0")[0].decode("latin-1")
        text = name in (b"iTXt", b"tEXt", b"zTXt")
        taken = taken or (text and keyword == PARAMETERS)
        if not (text and keyword == KEYWORD):
            kept.append(data[at:end])
        at = end
        if name == b"IEND":
            whole = True
            break
    if not whole:
        return data
    ours = [_international(KEYWORD, to_json(recipe))]
    if not taken:  # the server's own says more than ours would
        ours.append(_plain_text(PARAMETERS, to_parameters(recipe)))
    return b"".join([data[:_PNG_HEADER_ENDS], *ours, *kept, data[at:]])


def _international(keyword: str, text: str) -> bytes:
    content = keyword.encode() + b"\0\0\0\0\0" + text.encode("utf-8", "replace")
    return _chunk(b"iTXt", content)


def _plain_text(keyword: str, text: str) -> bytes:
    """In Latin-1 where that will do: some programs read nothing else."""
    try:
        return _chunk(b"tEXt", keyword.encode() + b"\0" + text.replace("\0", "").encode("latin-1"))
    except UnicodeEncodeError:
        return _international(keyword, text)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of the content, up to the picture itself."""
    at = 2
    for _ in range(_MAX_CHUNKS):
        if data[at] != 0xFF:
            return
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        if marker in (_SOS, _EOI):
            return
        (length,) = struct.unpack_from(">H", data, at + 1)
        end = at + 1 + length
        if length < 2 or end > len(data):
            return
        yield marker, at + 3, end
        at = end


def _into_jpeg(data: bytes, recipe: Recipe) -> bytes:
    exif = xmp = False
    kept, at, after_jfif = [], 2, 2
    for marker, start, end in _segments(data):
        content = data[start:end]
        ours = _is_ours(marker, content)
        if not ours:
            kept.append(data[at:end])
        exif = exif or (marker == _APP1 and content.startswith(_EXIF))
        xmp = xmp or (marker == _APP1 and content.startswith(_XMP) and not ours)
        if marker == _APP0 and at == after_jfif:  # JFIF has to come first
            after_jfif = end
        at = end
    if not kept:
        return data
    head = kept.pop(0) if after_jfif > 2 else b""
    added = []
    comment = b""
    if not exif:
        added.append(_segment(_APP1, _EXIF + _exif(recipe)))
    packet = b"" if xmp else _segment(_APP1, _XMP + _packet(recipe))
    if not packet:
        comment = _segment(_COM, _COMMENT + to_json(recipe).encode("utf-8", "replace"))
    return b"".join([data[:2], head, *added, packet, comment, *kept, data[at:]])


def _is_ours(marker: int, content: bytes) -> bool:
    if marker == _COM:
        return content.startswith(_COMMENT)
    return marker == _APP1 and content.startswith(_XMP) and b"<chattui:recipe>" in content


def _segment(marker: int, content: bytes) -> bytes:
    """Make a segment; nothing where it would be too long for one."""
    if len(content) > _MAX_SEGMENT:
        return b""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _packet(recipe: Recipe) -> bytes:
    # In ASCII: XML has no form for some characters.
    return _PACKET % html.escape(_in_ascii(to_json(recipe)), quote=False).encode()


def _in_ascii(text: str) -> str:
    """Write JSON with an escape for each character that is not ASCII."""
    return re.sub(
        r"[^\x00-\x7e]",
        lambda found: "".join(
            f"\\u{unit:04x}" for (unit,) in struct.iter_unpack(">H", found[0].encode("utf-16-be"))
        ),
        text,
    )


def _exif(recipe: Recipe) -> bytes:
    """Make EXIF, big-endian, with what wrote it and the field UserComment."""
    software = f"chat-tui {__version__}".encode() + b"\0"
    comment = b"UNICODE\0" + to_parameters(recipe).encode("utf-16-be", "replace")
    main_at = 8
    software_at = main_at + 2 + 2 * 12 + 4
    inner_at = software_at + len(software) + len(software) % 2
    comment_at = inner_at + 2 + 12 + 4
    head = b"MM\0*" + struct.pack(">I", main_at)
    main = struct.pack(
        ">HHHIIHHIII",
        2, 0x0131, 2, len(software), software_at, 0x8769, 4, 1, inner_at, 0,
    )  # fmt: skip
    inner = struct.pack(">HHHIII", 1, 0x9286, 7, len(comment), comment_at, 0)
    return head + main + software.ljust(inner_at - software_at, b"\0") + inner + comment


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    for _ in range(_MAX_CHUNKS):
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length
        if end > len(data):
            return
        yield name, data[at + 8 : end]
        at = end + length % 2
        if at >= len(data):
            return


def _into_webp(data: bytes, recipe: Recipe, width_px: int, height_px: int) -> bytes:
    (size,) = struct.unpack_from("<I", data, 4)
    if size + 8 > len(data) + size % 2:
        return data
    chunks = list(_riff_chunks(data[: size + 8]))
    if not chunks:
        return data
    name, first = chunks[0]
    flags = 0
    if name == b"VP8X":
        flags = first[0]
    elif name == b"VP8L":
        flags = _WEBP_ALPHA if first[4] & 0x10 else 0
    kept = [
        chunk
        for chunk in chunks
        if chunk[0] != b"VP8X" and not (chunk[0] == b"XMP " and b"<chattui:recipe>" in chunk[1])
    ]
    names = {name for name, _ in kept}
    if b"EXIF" not in names:
        kept.append((b"EXIF", _exif(recipe)))
    if b"XMP " not in names:
        kept.append((b"XMP ", _packet(recipe)))
    flags |= _WEBP_EXIF | _WEBP_XMP
    sizes = struct.pack("<I", width_px - 1)[:3] + struct.pack("<I", height_px - 1)[:3]
    body = b"WEBP" + b"".join(
        struct.pack("<4sI", name, len(content)) + content + b"\0" * (len(content) % 2)
        for name, content in [(b"VP8X", bytes([flags, 0, 0, 0]) + sizes), *kept]
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _number(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">I", data, at)[0])
