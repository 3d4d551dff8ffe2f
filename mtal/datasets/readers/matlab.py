"""MATLAB 5 files (.mat) -> numbers, texts and structs: as much of the format as labels are stored in.

Source: MathWorks, "MAT-File Format", chapter 1, level 5. Own code although SciPy reads these files too: one wrong byte, a storage
type that does not exist, makes version 1.17 read foreign memory and ends the process; a broken label must be a row of a report.
Nothing in a file is ever executed. Whatever is wrong with it is a ValueError, a struct.error or a zlib.error.
"""

import math
import struct
import zlib

import numpy as np

Value = (
    np.ndarray | str | list[dict[str, "Value"]]
)  # numbers (as stored, column by column), text, struct array

HEAD = 128  # bytes before the first variable
MOST_BYTES = 400_000_000  # of a variable; refuse what would fill the memory when inflated
MOST_DEPTH = 16  # of structs in structs
MATRIX, COMPRESSED = 14, 15  # storage types that hold elements
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
}  # storage type -> dtype
TEXTS = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
STRUCT, CHAR, NUMERIC = 2, 4, range(6, 16)  # classes of arrays
COMPLEX = 0x800  # flag


def variable(data: bytes, name: str) -> Value:
    """The variable of that name in the bytes of a file."""
    order = _byte_order(data)
    whole, place, others = memoryview(data), HEAD, []
    while place < len(whole):
        kind, content, place = _element(whole, place, order)
        if kind == COMPRESSED:
            kind, content, _ = _element(_inflated(content), 0, order)
        if kind != MATRIX:
            raise ValueError(f"storage type {kind} where a variable should begin")
        if (found := _name(content, order)) == name:
            return _matrix(content, order, depth=0)
        others.append(found)
    raise ValueError(f"it holds no variable {name!r} but {', '.join(map(repr, others)) or 'none'}")


def _byte_order(data: bytes) -> str:
    order = {b"IM": "<", b"MI": ">"}.get(data[126:HEAD])
    if not order:
        raise ValueError(
            "it is no MATLAB 5 file; fetch it again, or save it with save('-v6') or scipy.io.savemat"
        )
    if (version := struct.unpack_from(f"{order}H", data, 124)[0]) != 0x0100:
        raise ValueError(
            f"it is a MATLAB file of version {version >> 8}, not 1; save it again with save('-v6')"
        )
    return order


def _element(data: memoryview, place: int, order: str) -> tuple[int, memoryview, int]:
    """Storage type and content of the element at `place`, and where the next one begins."""
    kind, size = struct.unpack_from(f"{order}II", data, place)
    start = place + 8
    after = start + size + (-size % 8 if kind != COMPRESSED else 0)
    if kind >> 16:  # a small element: type and size share four bytes, content follows
        kind, size, start, after = kind & 0xFFFF, kind >> 16, place + 4, place + 8
    if start + size > min(len(data), after):
        raise ValueError(f"it ends too early: an element of {size} bytes does not fit in")
    return kind, data[start : start + size], after


def _inflated(content: memoryview) -> memoryview:
    stream = zlib.decompressobj()
    inflated = stream.decompress(content, MOST_BYTES)
    if not stream.eof:
        raise ValueError(
            f"its compressed contents end too early or have more than {MOST_BYTES:,} bytes"
        )
    return memoryview(inflated)


def _parts(content: memoryview, order: str) -> tuple[int, tuple[int, ...], str, int]:
    """Of an array: flags and class, shape, name, and where its values begin."""
    _, flags, place = _element(content, 0, order)
    _, shape, place = _element(content, place, order)
    _, name, place = _element(content, place, order)
    lengths = struct.unpack(f"{order}{len(shape) // 4}i", shape)
    if min(lengths, default=-1) < 0:
        raise ValueError(f"it holds an array of shape {lengths}")
    return struct.unpack_from(f"{order}I", flags)[0], lengths, bytes(name).decode("latin-1"), place


def _name(content: memoryview, order: str) -> str:
    return _parts(content, order)[2] if len(content) else ""


def _matrix(content: memoryview, order: str, depth: int) -> Value:
    if not len(content):  # how MATLAB stores [] in a struct
        return np.zeros((0, 0))
    flags, shape, _, place = _parts(content, order)
    kind = flags & 0xFF
    if kind == STRUCT:
        return _structs(content, place, order, math.prod(shape), depth + 1)
    if kind != CHAR and (kind not in NUMERIC or flags & COMPLEX):
        raise ValueError(
            f"it holds an array of class {kind}{', complex' * bool(flags & COMPLEX)}, which is not read here"
        )
    stored, values, _ = _element(content, place, order)
    return _text(stored, values, order) if kind == CHAR else _numbers(stored, values, order, shape)


def _numbers(stored: int, values: memoryview, order: str, shape: tuple[int, ...]) -> np.ndarray:
    """Read only, of the type in which they are stored: MATLAB stores whole numbers of any class as small ones."""
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
    content: memoryview, place: int, order: str, count: int, depth: int
) -> list[dict[str, Value]]:
    if depth > MOST_DEPTH:
        raise ValueError(f"it holds structs in structs, more than {MOST_DEPTH} deep")
    _, length, place = _element(content, place, order)
    _, names, place = _element(content, place, order)
    width = struct.unpack_from(f"{order}i", length)[0]
    fields = [
        bytes(names[start : start + width]).split(b"\0")[0].decode("latin-1")
        for start in range(0, len(names), width)
    ]
    structs = []
    for _ in range(count if fields else 0):
        values = {}
        for field in fields:
            kind, inner, place = _element(content, place, order)
            if kind != MATRIX:
                raise ValueError(f"storage type {kind} where the field {field!r} should begin")
            values[field] = _matrix(inner, order, depth)
        structs.append(values)
    return structs
