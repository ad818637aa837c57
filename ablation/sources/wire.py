"""Protocol Buffers messages and the logs that hold them, as far as sources need them.

https://protobuf.dev/programming-guides/encoding; the form of a log is LevelDB's
(https://github.com/google/leveldb/blob/main/doc/log_format.md) or TFRecord's. Of checksums only those
of lengths are looked at: without them a damaged file would look like one that was cut off.
"""

import struct
from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_BLOCK, _HEAD = 32768, 7
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4

Field = tuple[int, int | bytes]


def fields(message: bytes) -> Iterator[Field]:
    """The fields of a message: number, and its value as an integer or as bytes.

    Raises:
        ValueError: the message is damaged.
    """
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        if at + size > len(message):
            raise ValueError("a field beyond the end of its message")
        yield number, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    total = shift = 0
    while at < len(message) and shift < 70:
        byte = message[at]
        total |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return total, at
    raise ValueError("a number without an end")


def signed(value: int) -> int:
    """An int64 of what a varint holds."""
    return value - (1 << 64) if value >> 63 else value


def number(value: bytes) -> float:
    """A float or double."""
    unpacked: float = struct.unpack("<f" if len(value) == 4 else "<d", value)[0]
    return unpacked


def text(value: int | bytes) -> str:
    """A string."""
    return value.decode() if isinstance(value, bytes) else str(value)


def leveldb_records(data: bytes, start: int) -> Iterator[bytes]:
    """The records of a log in blocks, up to its end or to where its writer was cut off.

    Args:
        data: the whole file.
        start: how many bytes stand before the first record.

    Raises:
        ValueError: it is damaged before its end.
    """
    at, parts = start, b""
    while at + _HEAD <= len(data):
        left = _BLOCK - at % _BLOCK
        if left < _HEAD:
            at += left
            continue
        size, kind = struct.unpack_from("<HB", data, at + 4)
        if kind not in (_FULL, _FIRST, _MIDDLE, _LAST) or size + _HEAD > left:
            raise ValueError(f"no record at byte {at}")
        if at + _HEAD + size > len(data):
            return
        parts = (b"" if kind in (_FULL, _FIRST) else parts) + data[at + _HEAD : at + _HEAD + size]
        at += _HEAD + size
        if kind in (_FULL, _LAST):
            yield parts


def tf_records(data: bytes) -> Iterator[bytes]:
    """The records of a TFRecord file, up to its end or to where its writer was cut off.

    Raises:
        ValueError: it is damaged before its end.
    """
    at = 0
    while at + 12 <= len(data):
        size, check = struct.unpack_from("<QI", data, at)
        if _masked_crc(data[at : at + 8]) != check:
            raise ValueError(f"no record at byte {at}")
        if at + 16 + size > len(data):
            return
        yield data[at + 12 : at + 12 + size]
        at += 16 + size


def _masked_crc(data: bytes) -> int:
    """CRC-32C of a few bytes, masked as TFRecord has it.

    >>> hex(_masked_crc(bytes([24, 0, 0, 0, 0, 0, 0, 0])))
    '0x224b7fa3'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


_CRC = tuple(map(_crc_of, range(256)))
