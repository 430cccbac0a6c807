#!/usr/bin/env python3
"""lines-witness.py BOOTSTAMP CAPTURE [--screens STREAM,...]: are the rows true?

The witness is `export --format bytes`, which has every byte with its stamp and
nothing else.  For each row of the JSON export of each stream: its text is what
comes next there once the control sequences are out, its time that of the first
of these bytes, its end that of the last; and nothing printable is left over.
In streams with full-screen output (--screens) blanks may be left out, which
clear a part of the screen.  Prints what is wrong and how many rows it saw.
"""
import base64
import json
import re
import subprocess
import sys

# ECMA-48: CSI, strings, other escape sequences, single C0 controls.  A line
# end breaks any of them off.
SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*(?:[@-~]|(?=[\x08-\x0d\x18\x1a\x1b\x80-\xff]|\Z))"
    rb"|\x1b[\]PX^_][^\x07\x1b\x18\x1a\r\n]*(?:\x07|\x1b\\|\x18|\x1a|(?=[\x1b\r\n]|\Z))"
    rb"|\x1b[ -/]*[0-Z\\`-~]"
    rb"|\x1b"
    rb"|[\x00-\x08\x0a-\x1f\x7f]"
)


def rows_and_bytes(program, capture):
    def run(form):
        return subprocess.run(
            [program, "export", "--format", form, capture],
            stdout=subprocess.PIPE, check=True).stdout

    labels, streams, rows = {}, {}, {}
    for line in run("json").splitlines():
        record = json.loads(line)
        if record["type"] == "stream":
            labels[record["id"]] = record["label"]
        elif record["type"] == "line":
            rows.setdefault(labels.get(record["stream"], str(record["stream"])), []).append(record)
    for line in run("bytes").splitlines():
        words = line.decode("utf-8", "replace").split()
        label = words[2] if len(words) > 2 else labels.get(0, "0")
        streams.setdefault(label, []).append((int(words[0]), int(words[1], 16)))
    return streams, rows


def printable(stream):
    """The stream without its sequences: [(time, byte)]."""
    data = bytes(byte for _, byte in stream)
    keep, at = [], 0
    for match in SEQUENCE.finditer(data):
        keep += stream[at:match.start()]
        at = match.end()
    return keep + stream[at:]


def text_of(row):
    text = row["text"].encode()
    if "\ufffd" in row["text"] and "base64" in row:
        text = SEQUENCE.sub(b"", base64.b64decode(row["base64"]))
    return text


def check(label, stream, rows, screens):
    shown, at, wrong = printable(stream), 0, []
    blank = (0x20, 0x09)
    for row in rows:
        text = text_of(row)
        if screens and not text.strip(b" \t"):
            # Blanks before it that were left out look the same.
            while at < len(shown) and shown[at][1] in blank and \
                    shown[at][0] < row["time_ns"]:
                at += 1
        elif screens:
            while at < len(shown) and shown[at][1] in blank and \
                    bytes(b for _, b in shown[at:at + len(text)]) != text:
                at += 1
        got = bytes(byte for _, byte in shown[at:at + len(text)])
        if not text:
            wrong.append(f"{label}: an empty row at {row['time_ns']}")
            continue
        if got != text:
            wrong.append(f"{label}: {text!r} where the stream has {got!r}")
            return wrong
        if shown[at][0] != row["time_ns"]:
            wrong.append(f"{label}: {text!r} at {row['time_ns']}, its first byte at {shown[at][0]}")
        visible = len(text.rstrip(b" \t")) or len(text)
        last = shown[at + visible - 1][0]
        if not last <= row["end_ns"] <= shown[at + len(text) - 1][0]:
            wrong.append(f"{label}: {text!r} ends at {row['end_ns']}, its last byte at {last}")
        at += len(text)
    rest = bytes(byte for _, byte in shown[at:])
    if rest.strip(b" \t") or (rest and not screens):
        wrong.append(f"{label}: {rest[:60]!r} is in no row")
    return wrong


def main():
    program, capture = sys.argv[1:3]
    screens = sys.argv[4].split(",") if len(sys.argv) > 4 else []
    streams, rows = rows_and_bytes(program, capture)
    wrong, n = [], 0
    for label, stream in streams.items():
        wrong += check(label, stream, rows.get(label, []), label in screens)
        n += len(rows.get(label, []))
    for text in wrong[:20]:
        print(text)
    print(f"{n} rows")
    return 1 if wrong or not n else 0


sys.exit(main())
