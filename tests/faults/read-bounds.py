#!/usr/bin/env python3
"""How much memory and work do the commands take for captures that are made to cost them some?

    read-bounds.py BOOTSTAMP FOLDER MEGABYTES LIMIT_MB [NAME...]

Each capture has so many megabytes of what some table could grow with.  Prints TAP: one line for each capture and
command, with the largest resident size that the kernel saw.  Work is counted, not timed: by valgrind in
instructions for each byte of the capture, by strace in system calls.
"""
import os
import re
import shutil
import struct
import subprocess
import sys
import time

COMMANDS = [["info"], ["phases"], ["stats"], ["diff", "@"], ["replay", "--speed=0"]]


def exports(bootstamp):
    """The export of each format that the program lists."""
    formats = subprocess.run([bootstamp, "export", "--format", "help"], check=True, capture_output=True, text=True)
    return [["export", "-F", line.split()[0]] for line in formats.stdout.splitlines()]


def word(kind, data, time_ns):
    return struct.pack("<Q", kind << 56 | data << 48 | time_ns & (1 << 48) - 1)


def event(kind, time_ns, payload):
    parts = [payload[i:i + 7].ljust(7, b"\0") + b"\x7f" for i in range(0, len(payload), 7)]
    return word(kind, len(parts), time_ns) + b"".join(parts)


def text(stream, time_ns, line):
    return b"".join(word(0x80 + stream, c, time_ns) for c in line)


RUN = event(6, 1, b"\x03\0")


def resets(n):
    """Each one a row, and each before those that are there."""
    yield RUN
    for i in range(n // 16):
        yield event(6, (1 << 40) - 1000 * i, b"\x05\0")


def items(n):
    for i in range(n // 48):
        key = i & 0xffff
        yield event(8, i, struct.pack("<HI", key, 9) + b"x\0") + event(9, i, struct.pack("<HB", key, 0)) + \
            event(10, i, struct.pack("<HIB", key, 9, 0))


def copies(n):
    """Each of another item, and large enough for statistics of its own."""
    for i in range(n // 40):
        key = i & 0xffff
        yield event(9, i, struct.pack("<HB", key, 0)) + event(10, i + 70, struct.pack("<HIB", key, 70000, 0))


def holes(n):
    """Every other word was never written."""
    for i in range(n // 16):
        yield text(0, 1000 * i, b"abcdefghijklmno\n"[i & 15:(i & 15) + 1]) + b"\0" * 8


def milestones(n):
    """The end of a copy, moved back in time again and again."""
    yield RUN
    for i in range(4000):
        yield event(6, i, b"\x05\0")
    for i in range(n // 16):
        yield event(10, (1 << 40) - i, struct.pack("<HIB", 0x11, 9, 0))


def streams(n):
    """128 lines side by side that never end."""
    for i in range(n // 8):
        yield text(i & 127, i, b"<")


def probes(n):
    for i in range(n // 24):
        yield event(13, i, struct.pack("<IIB", 0x40 | i & 0x3f, i & 0xffffff, 4))


def probe_ends(n):
    """Nested as deep as they may be, and ended from the outside in."""
    for half, kind in ((0, 0x40), (n // 48, 0x80)):
        for i in range(n // 48):
            yield event(13, half + i, struct.pack("<IIB", kind | i & 0x1f, i & 0xffffff, 4))


def late_probes(n):
    """Each may be of a milestone, and no row has room for it any more."""
    yield RUN
    for i in range(4200):
        yield event(6, 1000 + i, b"\x05\0")
    for i in range(n // 24):
        yield event(13, 10000 + i, struct.pack("<IIB", i & 0x3f, 0, 4))


def lines(n):
    """Every one another text, for what sums up or compares lines."""
    for i in range(n // 64):
        number = i
        name = b""
        for _ in range(7):
            name += b"abcdefghijklmnopqrstuvwxyz"[number % 26:number % 26 + 1]
            number //= 26
        yield text(0, 1000 * i, name + b"\n")


def long_lines(n):
    """Each with 250 bytes that take four times the room on a screen."""
    for i in range(n // 2056):
        yield text(0, 1000 * i, b"".join(b"abcdefghijklmnop"[i >> k & 15:(i >> k & 15) + 1] for k in (0, 4, 8, 12, 16)) + b"\xff" * 251 + b"\n")


def sessions(n):
    for i in range(n // 56):
        yield event(3, i, struct.pack("<QQQI", 1000 * i, 5, 5, 1) + b"v\0")


def names(n):
    for i in range(n // 88):
        yield event(4, i, bytes([i & 127]) + b"L" * 40 + b"\0" + b"F" * 30 + b"\0")


def empty_lines(n):
    for i in range(n // 8):
        yield text(i & 1, 1000 * i, b"\n")


KINDS = [resets, items, milestones, streams, probes, lines, long_lines, sessions, names, empty_lines, copies, holes]

# What may be counted for a byte of the capture, beyond what the command takes for an empty one.  2e9 instructions a
# second, which is little, are 50 MB/s at 40 of them.  An item of its own is a row, and JSON is ten times as long as
# its records: there the output costs more.
INSTRUCTIONS = [
    (copies, ["stats"], 1300),
    (copies, ["phases"], 450),
    (copies, ["export", "-F", "json"], 350),
    (copies, ["export", "-F", "perfetto"], 390),
    (copies, ["export", "-F", "text", "--events"], 230),
    (milestones, ["phases"], 100),
    (milestones, ["export", "-F", "perfetto"], 320),
    (probes, ["phases"], 80),
    (probes, ["export", "-F", "html"], 190),
    (resets, ["export", "-F", "html"], 310),
    (sessions, ["export", "-F", "json"], 190),
    (probe_ends, ["phases"], 100),
    (late_probes, ["phases"], 300),
]
CALLS = [(holes, ["info"], 150), (holes, ["phases"], 150), (holes, ["export", "-F", "raw"], 150)]


def write(path, kind, size):
    header = b"BOOTSTMP" + struct.pack("<IIIIQQ", 1, 4096, 1, 1, 0, 0)
    with open(path, "wb") as file:
        file.write(header.ljust(4096, b"\0"))
        for record in kind(size):
            file.write(record)


def run(arguments):
    """Its exit status, largest resident size (MB) and time (s)."""
    with open(os.devnull, "wb") as null:
        start = time.monotonic()
        process = subprocess.Popen(arguments, stdin=null, stdout=null, stderr=null)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss / 1024, time.monotonic() - start


def count_instructions(arguments):
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    process = subprocess.run(valgrind + arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                             check=True)
    return int(re.search(r"Collected : (\d+)", process.stderr)[1])


def count_calls(arguments, folder):
    subprocess.run(["strace", "-f", "-o", folder + "/calls"] + arguments, stdout=subprocess.DEVNULL, check=True)
    with open(folder + "/calls", encoding="utf-8") as file:
        return sum(1 for _ in file)


def work(bootstamp, folder, count):
    """Prints a line for each bound on work; returns the number of the last."""
    empty, path = folder + "/empty.bst", folder + "/bound.bst"
    write(empty, lambda n: iter(()), 0)
    for kind, command, limit in INSTRUCTIONS + CALLS:
        write(path, kind, 1 << 19)
        size = os.path.getsize(path) - os.path.getsize(empty)
        runs = [[bootstamp] + [file if word_ == "@" else word_ for word_ in command] + [file]
                for file in (path, empty)]
        count += 1
        if (kind, command, limit) in CALLS:
            got, unit = count_calls(runs[0], folder) - count_calls(runs[1], folder), "system calls more"
        else:
            got = (count_instructions(runs[0]) - count_instructions(runs[1])) // size
            unit = "instructions a byte"
        good = got <= limit
        print(f"{'ok' if good else 'not ok'} {count} - {kind.__name__}: {' '.join(command)}: at most {limit} {unit}")
        print(f"# {got}", flush=True)
    return count


def main():
    bootstamp, folder, size, limit = sys.argv[1], sys.argv[2], int(sys.argv[3]) << 20, int(sys.argv[4])
    count = 0
    commands = COMMANDS + exports(bootstamp)
    wanted = os.environ.get("BOUND_COMMANDS", "").split()
    for kind in KINDS:
        if sys.argv[5:] and kind.__name__ not in sys.argv[5:]:
            continue
        path = folder + "/bound.bst"
        write(path, kind, size)
        for number, command in enumerate(commands):
            if wanted and command[-1] not in wanted and command[0] not in wanted:
                continue
            output = ["-o", f"{folder}/{kind.__name__}-{number}"] if command[-1] == "ctf" else []
            arguments = [path if word_ == "@" else word_ for word_ in command] + output
            status, megabytes, seconds = run([bootstamp] + arguments + [path])
            if output:
                shutil.rmtree(output[1], ignore_errors=True)
            count += 1
            good = status == 0 and megabytes <= limit
            print(f"{'ok' if good else 'not ok'} {count} - {kind.__name__}: {' '.join(command)}: {megabytes:.0f} MB",
                  flush=True)
            if os.environ.get("SECONDS_TOO") or not good:
                print(f"# status {status}, {seconds:.1f} s", flush=True)
    if not sys.argv[5:]:
        count = work(bootstamp, folder, count)
    print(f"1..{count}")


if __name__ == "__main__":
    main()
