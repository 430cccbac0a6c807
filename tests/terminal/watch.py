#!/usr/bin/env python3
"""Times of a viewer in a terminal of our own (a pty); prints NAME VALUE lines.

  watch.py first PROGRAM ARG...    first: ms from exec to a whole picture;
                                   peak: kB of memory while it indexes
                                   idle: clock ticks of CPU in 5 idle seconds
  watch.py drip PROGRAM ARG...     delay: ms from a line's time (a wall clock in
                                   its text, make-capture drip) to the terminal,
                                   a line for each line seen in 5 s
  watch.py frames PROGRAM ARG...   frames: bursts of output in 4 s, with 8 ms of
                                   silence between them

SPDX-License-Identifier: GPL-2.0-or-later
"""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time


def start(argv):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execvp(argv[0], argv)
    return pid, fd


def read_for(fd, seconds, got):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([fd], [], [], end - time.monotonic())[0]:
            if got(os.read(fd, 65536)):
                return True
    return False


def ticks(pid):
    fields = open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def memory(pid):
    for line in open("/proc/%d/status" % pid):
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    return 0


def first(argv):
    begin = time.monotonic()
    pid, fd = start(argv)
    text = bytearray()

    def whole(data):
        text.extend(data)
        # The hints are the last line of a picture.
        return b"help" in text and b"slowest" in text
    read_for(fd, 10, whole)
    print("first %.1f" % ((time.monotonic() - begin) * 1000))
    last = -1
    for _ in range(120):
        read_for(fd, 0.5, lambda data: False)
        if ticks(pid) == last:
            break
        last = ticks(pid)
    print("peak %d" % memory(pid))
    before = ticks(pid)
    read_for(fd, 5, lambda data: False)
    print("idle %d" % (ticks(pid) - before))
    os.write(fd, b"q")
    os.waitpid(pid, 0)


def drip(argv):
    pid, fd = start(argv)
    seen = set()

    def look(data):
        now = time.time() * 1000
        for match in re.finditer(rb"drip (\d+) at (\d{13})", data):
            if match[1] not in seen:
                seen.add(match[1])
                print("delay %.1f" % (now - int(match[2])))
        return False
    read_for(fd, 5, look)
    os.write(fd, b"q")
    os.waitpid(pid, 0)


def frames(argv):
    pid, fd = start(argv)
    state = {"last": 0.0, "n": 0}

    def look(_data):
        now = time.monotonic()
        state["n"] += now - state["last"] > 0.008
        state["last"] = now
        return False
    read_for(fd, 1, lambda data: False)
    read_for(fd, 4, look)
    print("frames %d" % state["n"])
    os.write(fd, b"q")
    os.waitpid(pid, 0)


{"first": first, "drip": drip, "frames": frames}[sys.argv[1]](sys.argv[2:])
