"""MATLAB 5 files (.mat): numbers, texts and structs, which is all that labels are stored in.

Source: MathWorks, "MAT-File Format", chapter 1, level 5. SciPy reads these files too, but version
1.17 ends the process on a damaged one: a wrong byte, a storage type that does not exist, makes it
read foreign memory. A data check must survive broken labels. Nothing in a file is ever executed.
Whatever is wrong with a file is a ValueError, a struct.error or a zlib.error.
"""

import math
import struct
import zlib

import numpy as np

# Numbers (as stored, column by column), text, or struct array
Value = np.ndarray | str | list[dict[str, "Value"]]

HEAD = 128  # bytes before the first variable
MAX_BYTES = 400_000_000  # of a variable; larger ones would fill the memory when inflated
MAX_DEPTH = 16  # of structs in structs
MATRIX, COMPRESSED = 14, 15  # storage types that hold elements
# Storage type -> dtype
NUMBERS = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
TEXTS = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
STRUCT, CHAR, NUMERIC = 2, 4, range(6, 16)  # classes of arrays
COMPLEX = 0x800  # flag


def variable(data: bytes, name: str) -> Value:
    """Read one variable from the bytes of a file.

    ValueError, struct.error or zlib.error if the file is damaged or has no such variable.
    """
    order = _byte_order(data)
    file, offset, others = memoryview(data), HEAD, []
    while offset < len(file):
        kind, content, offset = _element(file, offset, order)
        if kind == COMPRESSED:
            kind, content, _ = _element(_inflated(content), 0, order)
        if kind != MATRIX:
            raise ValueError(f"storage type {kind} where a variable should begin")
        current = _name(content, order)
        if current == name:
            return _matrix(content, order, depth=0)
        others.append(current)
    raise ValueError(f"it holds no variable {name!r} but {', '.join(map(repr, others)) or 'none'}")


def _byte_order(data: bytes) -> str:
    """The byte order as `struct` writes it, "<" or ">"; ValueError for any other kind of file."""
    order = {b"IM": "<", b"MI": ">"}.get(data[126:HEAD])
    if not order:
        raise ValueError(
            "it is no MATLAB 5 file; get it again, or save it with save('-v6') or scipy.io.savemat"
        )
    version = struct.unpack_from(f"{order}H", data, 124)[0]
    if version != 0x0100:
        raise ValueError(
            f"it is a MATLAB file of version {version >> 8}, not 1; save it again with save('-v6')"
        )
    return order


def _element(data: memoryview, offset: int, order: str) -> tuple[int, memoryview, int]:
    """Storage type and content of the element at `offset`, and the offset of the next one."""
    kind, size = struct.unpack_from(f"{order}II", data, offset)
    start = offset + 8
    after = start + size + (-size % 8 if kind != COMPRESSED else 0)
    if kind >> 16:  # a small element: type and size share four bytes, content follows
        kind, size, start, after = kind & 0xFFFF, kind >> 16, offset + 4, offset + 8
    if start + size > min(len(data), after):
        raise ValueError(f"it ends too early: an element of {size} bytes does not fit in")
    return kind, data[start : start + size], after


def _inflated(content: memoryview) -> memoryview:
    stream = zlib.decompressobj()
    inflated = stream.decompress(content, MAX_BYTES)
    if not stream.eof:
        raise ValueError(
            f"its compressed contents end too early or have more than {MAX_BYTES:,} bytes"
        )
    return memoryview(inflated)


def _header(content: memoryview, order: str) -> tuple[int, tuple[int, ...], str, int]:
    """Flags and class, shape and name of an array, and the offset of its values."""
    _, flags, offset = _element(content, 0, order)
    _, shape, offset = _element(content, offset, order)
    _, name, offset = _element(content, offset, order)
    lengths = struct.unpack(f"{order}{len(shape) // 4}i", shape)
    if min(lengths, default=-1) < 0:
        raise ValueError(f"it holds an array of shape {lengths}")
    return struct.unpack_from(f"{order}I", flags)[0], lengths, bytes(name).decode("latin-1"), offset


def _name(content: memoryview, order: str) -> str:
    return _header(content, order)[2] if len(content) else ""


def _matrix(content: memoryview, order: str, depth: int) -> Value:
    if not len(content):  # how MATLAB stores [] in a struct
        return np.zeros((0, 0))
    flags, shape, _, offset = _header(content, order)
    kind, is_complex = flags & 0xFF, bool(flags & COMPLEX)
    if kind == STRUCT:
        return _structs(content, offset, order, math.prod(shape), depth + 1)
    if kind != CHAR and (kind not in NUMERIC or is_complex):
        complex_text = ", complex" if is_complex else ""
        raise ValueError(f"it holds an array of class {kind}{complex_text}, which is not supported")
    stored, values, _ = _element(content, offset, order)
    return _text(stored, values, order) if kind == CHAR else _numbers(stored, values, order, shape)


def _numbers(stored: int, values: memoryview, order: str, shape: tuple[int, ...]) -> np.ndarray:
    """A read-only array of the stored type: MATLAB stores whole numbers in small types."""
    if stored not in NUMBERS:
        raise ValueError(f"numbers of storage type {stored}, which does not exist")
    dtype = np.dtype(order + NUMBERS[stored])
    if len(values) != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"it holds {len(values)} bytes for an array of shape {shape} of {dtype}")
    return np.frombuffer(values, dtype).reshape(shape, order="F")


def _text(stored: int, values: memoryview, order: str) -> str:
    if stored not in TEXTS:
        raise ValueError(f"a text of storage type {stored}, which does not exist")
    ending = {"<": "-le", ">": "-be"}[order] if TEXTS[stored] in {"utf-16", "utf-32"} else ""
    return bytes(values).decode(TEXTS[stored] + ending)


def _structs(
    content: memoryview, offset: int, order: str, count: int, depth: int
) -> list[dict[str, Value]]:
    """`count` structs whose field names begin at `offset`."""
    if depth > MAX_DEPTH:
        raise ValueError(f"it holds structs in structs, more than {MAX_DEPTH} deep")
    _, length, offset = _element(content, offset, order)
    _, names, offset = _element(content, offset, order)
    width = struct.unpack_from(f"{order}i", length)[0]
    fields = [
        bytes(names[start : start + width]).split(b"\0")[0].decode("latin-1")
        for start in range(0, len(names), width)
    ]
    if not fields:
        return []
    structs = []
    for _ in range(count):
        values = {}
        for field in fields:
            kind, inner, offset = _element(content, offset, order)
            if kind != MATRIX:
                raise ValueError(f"storage type {kind} where the field {field!r} should begin")
            values[field] = _matrix(inner, order, depth)
        structs.append(values)
    return structs
