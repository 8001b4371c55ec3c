"""Read text and tables whose encoding and separator nobody wrote down.

A byte-order mark decides the encoding. Without one a file is UTF-8 if all of it is, else Windows-1252
(Latin-1 with printable characters where that has none). Bytes that mean nothing become U+FFFD.
Memory does not grow with the file. Whatever is wrong is one ValueError with the file and the line.
"""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TextIO

csv.field_size_limit(10_000_000)  # characters; some comments are longer than Python's default of 131,072

MARKS = (  # the longer ones first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SEPARATORS = (",", ";", "\t")
CHUNK = 1 << 18  # bytes


def encoding(path: Path) -> str:
    """Return the name of a file's encoding; reads it to the end, so a gzip that breaks off is found here."""
    line = 1
    with _bytes(path) as content:
        try:
            chunk = content.read(4)
            marked = next((name for mark, name in MARKS if chunk.startswith(mark)), "")
            decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
            while chunk:
                decoder = decoder and _still(decoder, chunk)
                line += chunk.count(b"\n")
                chunk = content.read1(CHUNK)  # not read: that gives nothing of a piece that breaks off
        except (EOFError, gzip.BadGzipFile, zlib.error) as reason:
            raise ValueError(f"{path} is not a whole gzip file; it breaks off in line {line}") from reason
    return marked or ("utf-8" if decoder and _still(decoder, b"", final=True) else "cp1252")


@contextmanager
def opened(path: Path) -> Iterator[tuple[TextIO, str]]:
    """Open a file, gzipped or not, as text with its line ends kept; and say how to name it in a sentence."""
    if not path.is_file():
        raise ValueError(f"{path} is {'a folder, not a file' if path.is_dir() else 'not a file'}")
    found = encoding(path)
    name = str(path) if found.startswith("utf-8") else f"{path} (read as {found})"
    with _bytes(path) as content, io.TextIOWrapper(content, found, errors="replace", newline="") as lines:
        yield lines, name


def records(lines: TextIO, name: str, *, text: str = "text") -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line and the values by column of each row; the separator is the one that shows `text`."""
    first = lines.readline()
    if not first.strip():
        raise ValueError(f"{name} is empty" if not first else f"{name}, line 1: a header is missing")
    separator = next((s for s in SEPARATORS if text in _header(first, s)), None)
    if separator is None:
        raise ValueError(f"{name} has no column called {text}")
    header = _header(first, separator)
    if len(set(header)) < len(header):
        raise ValueError(f"{name}, line 1: two columns have the same name")
    # Strict, since a quote that nobody closes would else swallow all rows behind it into one text.
    reader = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    try:
        next(reader)
        for row in reader:
            if len(row) != len(header) and any(row):
                raise ValueError(f"the header names {len(header)} columns, this row has {len(row)}")
            if row:
                yield reader.line_num, dict(zip(header, row, strict=False))
    except (ValueError, csv.Error) as reason:
        raise ValueError(f"{name}, line {reader.line_num}: {reason}") from reason


def _header(line: str, separator: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([line], delimiter=separator))]


def _still(
    decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False
) -> codecs.IncrementalDecoder | None:
    """Return the decoder as long as it understands the bytes."""
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return None
    return decoder


def _bytes(path: Path) -> gzip.GzipFile | io.BufferedReader:
    return gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb")
