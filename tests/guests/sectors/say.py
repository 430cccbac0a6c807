#!/usr/bin/env python3
"""say.py SECTOR IMAGE PART...: a disk that says the PARTs on COM1.

SECTOR is the boot sector made of say.S.  A PART is text with Python's escapes
(\\r, \\x1b, ...), its other characters in UTF-8; or @N, a rest of N ticks of
55 ms.
"""
import struct
import sys

sector, image, parts = sys.argv[1], sys.argv[2], sys.argv[3:]
words = []
for part in parts:
    if part[:1] == "@":
        words.append(0x100 + int(part[1:]))
    else:
        text = part.encode("utf-8").decode("unicode_escape")
        words += text.encode("latin-1")
words.append(0xFFFF)
if len(words) > 8192:
    sys.exit("say.py: more than 8,192 bytes and rests")
with open(sector, "rb") as source, open(image, "wb") as disk:
    disk.write(source.read(512))
    disk.write(struct.pack(f"<{len(words)}H", *words))
    disk.truncate(1 << 20)
