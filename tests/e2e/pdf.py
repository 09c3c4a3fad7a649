"""PDFs as the tests need them, written by hand: pages with a line of text, a script that must not run, a password."""

import hashlib
from collections.abc import Sequence

#: What a password is filled up with, and who signs: PDF 1.7, 7.6.3.3.
PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
ID = b"0123456789abcdef"


def pdf(lines: Sequence[str], *, script: str = "", password: str = "", size: tuple[int, int] = (420, 594)) -> bytes:
    """A page for each line; with a password nothing can be read without it."""
    width, height = size
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(lines)))
    action = f"/OpenAction << /S /JavaScript /JS ({script}) >>" if script else ""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {action} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(lines)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
    ]
    for at, line in enumerate(lines):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {5 + 2 * at} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>".encode()
        )
        drawing = f"0.1 0.4 0.7 rg 40 {height - 60} 120 12 re f 0 g BT /F 20 Tf 40 {height - 100} Td ({line}) Tj ET"
        objects.append(_stream(drawing.encode()))
    trailer = f"/Root 1 0 R /ID [<{ID.hex()}> <{ID.hex()}>]"
    if password:
        objects.append(_lock(password))
        trailer += f" /Encrypt {len(objects)} 0 R"
    return _written(objects, trailer)


def chinese(text: str) -> bytes:
    """A page in a font that is not in the file, by the encoding that Chinese programs use: what it says is found only
    with the tables of that encoding.
    """
    drawing = f"BT /F 24 Tf 40 300 Td <{text.encode('utf-16-be').hex()}> Tj ET"
    system = "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >>"
    box = "/Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93"
    name = "/STSong-Light"
    font = f"/Type /Font /Subtype /Type0 /BaseFont {name} /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R]"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        f"<< {font} >>".encode(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 400] /Contents 5 0 R /Resources 8 0 R >>",
        _stream(drawing.encode()),
        f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont {name} {system} /FontDescriptor 7 0 R /DW 1000 >>".encode(),
        f"<< /Type /FontDescriptor /FontName {name} {box} >>".encode(),
        b"<< /Font << /F 3 0 R >> >>",
    ]
    return _written(objects, "/Root 1 0 R")


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _written(objects: Sequence[bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for at, content in enumerate(objects):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (at + 1, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} {trailer} >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def _lock(password: str) -> bytes:
    """The standard handler of revision 2: enough that a reader asks for the password (nothing in it is read then)."""
    padded = (password.encode() + PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + (0xFFFFFFFC).to_bytes(4, "little") + ID).digest()[:5]
    user = _rc4(key, PADDING)
    return f"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <{owner.hex()}> /U <{user.hex()}> >>".encode()


def _rc4(key: bytes, data: bytes) -> bytes:
    box, at = list(range(256)), 0
    for here in range(256):
        at = (at + box[here] + key[here % len(key)]) % 256
        box[here], box[at] = box[at], box[here]
    out, here, at = bytearray(), 0, 0
    for byte in data:
        here = (here + 1) % 256
        at = (at + box[here]) % 256
        box[here], box[at] = box[at], box[here]
        out.append(byte ^ box[(box[here] + box[at]) % 256])
    return bytes(out)
