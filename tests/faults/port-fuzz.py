#!/usr/bin/env python3
"""Random and boundary accesses to the ports of isa-bootprobe, by QEMU's own test protocol (-qtest, -S).

    port-fuzz.py BOOTSTAMP QEMU FOLDER WRITES SEED

No CPU runs.  RAM is a file, filled here, so that each byte that may come into the capture is known; ROM, flash,
video memory and device registers hold what looks like good lines, and must never be taken.  The capture has to be
what a model of the device says, byte by byte.  Prints what was done; exit status 1 where anything differs.
"""
import json
import os
import random
import socket
import struct
import subprocess
import sys
import time

RAM = 48 << 20
PROBE, LINE = 0x404, 0x408
LINE_MAX = 4096
FLASH = 1 << 20
VRAM, VRAM_SIZE = 0xe0000000, 16 << 20
REGISTERS = 0xe2000000
BAIT = b"\x05\0\0\0BAIT\n"  # a good line, in ROM and video memory
BATCH = 2000


class Machine:
    """What the guest's address space holds, as far as the device may read it."""

    def __init__(self, rng):
        self.rng = rng
        self.ram = bytearray(rng.randbytes(RAM))
        self.places = []
        self.vram = bytearray(VRAM_SIZE)
        self.vram[:len(BAIT) * 7000] = BAIT * 7000
        self.flash = (BAIT * (FLASH // len(BAIT) + 1))[:FLASH]
        self.shadow = False  # 0xc0000 to 0xfffff are RAM, not ROM
        for i in range(20000):
            self.put_line(rng.randrange(0, RAM - 8), i)
        for at in (0, 1, 0x9fff8, 0x9fffb, 0xbfffc, 0xc0000, 0xe0000, 0xffff7, 0x100000, RAM - 5, RAM - 8, RAM - 4096,
                   RAM - 4100, RAM - 4101):
            self.put_line(at, at)

    def put_line(self, at, i):
        lengths = (0, 1, 2, 5, 7, 16, 30, 4, 12, 3, LINE_MAX + 1, 0xffffffff, 0x80000000, 0xfffffffc)
        length = self.rng.choice((LINE_MAX, LINE_MAX - 1)) if i % 100 == 0 else self.rng.choice(lengths)
        self.ram[at:at + 4] = struct.pack("<I", length)
        self.places.append(at)

    def regions(self):
        """What a load of the guest reads as memory: (first, end, bytes, where in them)."""
        isa = 0x100000 - 0xe0000  # the end of the flash stands there too
        found = [(0, 0xa0000, self.ram, 0), (0x100000, RAM, self.ram, 0x100000),
                 (VRAM, VRAM + VRAM_SIZE, self.vram, 0), ((1 << 32) - FLASH, 1 << 32, self.flash, 0)]
        if self.shadow:
            return found + [(0xc0000, 0x100000, self.ram, 0xc0000)]
        return found + [(0xc0000, 0xe0000, bytes(0x20000), 0), (0xe0000, 0x100000, self.flash, FLASH - isa)]

    def read(self, at, size):
        """Those bytes, or None where a device or nobody is at one of them."""
        out = bytearray()
        while len(out) < size:
            here = at + len(out)
            for first, end, data, offset in self.regions():
                if first <= here < end:
                    start = offset + here - first
                    out += data[start:start + min(end - here, size - len(out))]
                    break
            else:
                return None
        return bytes(out)

    def line(self, at):
        """The bytes that the device takes, or None."""
        head = self.read(at, 4)
        length = struct.unpack("<I", head)[0] if head else 0
        return self.read(at + 4, length) if 0 < length <= LINE_MAX else None

    def address(self):
        """Where lines are, the edges of everything, and anywhere."""
        rng = self.rng
        pick = rng.random()
        if pick < 0.35:
            return rng.choice(self.places)
        if pick < 0.45:
            return rng.choice(self.places) + rng.randrange(-4, 5) & 0xffffffff
        if pick < 0.75:
            edge = rng.choice((0, 0xa0000, 0xb8000, 0xc0000, 0xd0000, 0xe0000, 0xf0000, 0x100000, RAM, RAM - LINE_MAX,
                               0x80000000, 0xc0000000, VRAM, VRAM + VRAM_SIZE, REGISTERS, 0xfec00000, 0xfed00000,
                               0xfee00000, 0xff000000, (1 << 32) - FLASH, 0xfffc0000, 0xfffffff0, 1 << 32))
            return edge + rng.choice((-LINE_MAX - 4, -9, -5, -4, -3, -1, 0, 1, 2, 4, 8, 9, 18, 27, 4096)) & 0xffffffff
        if pick < 0.85:
            return rng.choice((VRAM, REGISTERS, (1 << 32) - FLASH, 0xa0000, 0xf0000)) + 9 * rng.randrange(7000)
        if pick < 0.92:
            return rng.randrange(RAM)
        return rng.randrange(1 << 32)


class Qtest:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(200):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        self.file = self.socket.makefile("rb", buffering=1 << 20)

    def ask(self, lines):
        """All of them at once; their answers."""
        self.socket.sendall(("\n".join(lines) + "\n").encode())
        answers = []
        while len(answers) < len(lines):
            answer = self.file.readline()
            if not answer:
                raise SystemExit("QEMU is gone")
            if answer.startswith(b"OK"):
                answers.append(answer[2:].strip().decode())
            elif not answer.startswith(b"IRQ"):
                raise SystemExit(f"qtest: {answer!r}")
        return answers


def pci(bus_address, register, value):
    return [f"outl 0xcf8 {0x80000000 | bus_address << 8 | register:#x}", f"outl 0xcfc {value:#x}"]


def set_up(qtest):
    """Video memory and registers where firmware would put them, full of bait."""
    vga = 2 << 3
    lines = pci(vga, 0x10, VRAM) + pci(vga, 0x18, REGISTERS) + pci(vga, 0x04, 3)
    bait = (BAIT * 7000).hex()
    lines += [f"write {VRAM:#x} {len(BAIT) * 7000:#x} 0x{bait}", f"read {VRAM:#x} 9"]
    if qtest.ask(lines)[-1] != "0x" + BAIT.hex():
        raise SystemExit("the video memory is not where it should be")


def shadow(on):
    """The PAM registers of the i440FX: ROM or RAM from 0xc0000 on."""
    value = 0x33333333 if on else 0
    return [f"outl 0xcf8 {0x80000058:#x}", f"outl 0xcfc {value & 0xffffff00:#x}"] + pci(0, 0x5c, value)


class Run:
    def __init__(self, machine, rng):
        self.machine, self.rng = machine, rng
        self.raw, self.probes = bytearray(), []
        self.refused, self.status = 0, None
        self.commands, self.expected = [], []
        self.writes = self.taken = self.turned_down = 0

    def add(self, command, answer=None):
        self.commands.append(command)
        self.expected.append(answer)

    def write_line(self):
        at = self.machine.address()
        line = self.machine.line(at)
        self.add(f"outl {LINE:#x} {at:#x}")
        self.status = 0x105 if line is not None else 0x107
        if line is None:
            self.turned_down += 1
        else:
            self.raw += line
            self.taken += 1
        if self.rng.random() < 0.3:
            self.add(f"inl {LINE:#x}", self.status)

    def write_probe(self):
        letter, width = self.rng.choice((("b", 1), ("w", 2), ("l", 4)))
        value = self.rng.choice((0, 0xffffffff, self.rng.randrange(1 << 32))) & (1 << 8 * width) - 1
        self.add(f"out{letter} {PROBE:#x} {value:#x}")
        self.probes.append((value & 0xff, value >> 8, width))

    def write_beside(self):
        """Accesses that mean nothing: odd ports, other widths."""
        letter, width = self.rng.choice((("b", 1), ("w", 2), ("l", 4)))
        port = self.rng.randrange(PROBE + 1, LINE + 4)
        if (port, width) != (LINE, 4):
            self.add(f"out{letter} {port:#x} {self.rng.randrange(1 << 8 * width):#x}")
        if self.rng.random() < 0.2:
            self.add(*self.rng.choice((("inl 0x404", 0x50545342), ("inb 0x405", 0x53), ("inw 0x404", 0xffff),
                                       ("inb 0x408", 0xff), ("inw 0x408", 0xffff), ("inb 0x409", 0xff))))

    def step(self):
        pick = self.rng.random()
        (self.write_line if pick < 0.7 else self.write_probe if pick < 0.9 else self.write_beside)()
        self.writes += 1

    def flush(self, qtest):
        for command, want, got in zip(self.commands, self.expected, qtest.ask(self.commands)):
            if want is not None and int(got, 16) != want:
                raise SystemExit(f"{command}: {got}, not {want:#x}")
        self.commands, self.expected = [], []


def check(bootstamp, capture, run):
    raw = subprocess.run([bootstamp, "export", "-F", "raw", capture], check=True, stdout=subprocess.PIPE).stdout
    if raw != bytes(run.raw):
        at = next((i for i, (a, b) in enumerate(zip(raw, run.raw)) if a != b), min(len(raw), len(run.raw)))
        raise SystemExit(f"the capture has {len(raw)} bytes, the model {len(run.raw)}; they differ at {at}: "
                         f"{raw[at:at + 32]!r}, {bytes(run.raw[at:at + 32])!r}")
    probes = []
    with subprocess.Popen([bootstamp, "export", "-F", "json", capture], stdout=subprocess.PIPE) as export:
        for line in export.stdout:
            if b'"probe"' in line:
                record = json.loads(line)
                if record["type"] == "probe":
                    probes.append((record["id"], record["arg"], record["width"]))
            elif b'"lost"' in line and json.loads(line)["type"] == "lost":
                raise SystemExit("records were lost: nothing is proved")
    if probes != run.probes:
        raise SystemExit(f"the capture has {len(probes)} probes, the model {len(run.probes)}")


def main():
    bootstamp, qemu, folder, writes, seed = sys.argv[1:3] + [sys.argv[3], int(sys.argv[4]), int(sys.argv[5])]
    rng = random.Random(seed)
    machine = Machine(rng)
    capture, path = folder + "/ports.bst", folder + "/qtest.sock"
    with open(folder + "/ram", "wb") as file:
        file.write(machine.ram)
    with open(folder + "/flash", "wb") as file:
        file.write(machine.flash)
    process = subprocess.Popen(
        [bootstamp, "run", "-q", "--", qemu, "-M", "pc,memory-backend=m", "-m", f"{RAM >> 20}M", "-accel", "tcg", "-S",
         "-object", f"memory-backend-file,id=m,size={RAM},mem-path={folder}/ram,share=on",
         "-nodefaults", "-display", "none", "-device", "VGA,addr=2,vgamem_mb=16",
         "-drive", f"if=pflash,format=raw,file={folder}/flash,readonly=on",
         "-chardev", f"timestamp,id=dbg,path={capture}", "-device", "isa-bootprobe,chardev=dbg",
         "-qtest", f"unix:{path},server=on,wait=off", "-qtest-log", "/dev/null"], stdin=subprocess.DEVNULL)
    try:
        qtest = Qtest(path)
        set_up(qtest)
        run = Run(machine, rng)
        while run.writes < writes:
            if rng.random() < 0.1:
                machine.shadow = not machine.shadow
                run.commands += shadow(machine.shadow)
                run.expected += [None] * (len(run.commands) - len(run.expected))
            for _ in range(min(BATCH, writes - run.writes)):
                run.step()
            run.flush(qtest)
    finally:
        process.terminate()
        process.wait()
    check(bootstamp, capture, run)
    print(f"{run.writes} writes, seed {seed}: {run.taken} lines taken ({len(run.raw)} bytes), "
          f"{run.turned_down} addresses refused, {len(run.probes)} probes")


if __name__ == "__main__":
    main()
