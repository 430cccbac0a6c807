"""TAP of query.t: talks QMP and HMP to real guests, in the current folder.

An answer is compared with what the bootstamp program finds in the capture
while the guest is stopped, to the nanosecond, and with the schema that
docs/qmp.md has.
"""

import ast
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import time

QEMU = os.environ["QEMU"]
GUESTS = os.environ["GUESTS"]
BUILD = os.environ["BUILD"]
SRC = os.environ["SRC"]
BOOTSTAMP = os.environ["BOOTSTAMP"]
PATIENCE = 60  # seconds, then a guest is given up

count = failed = 0


def ok(true, name, *why):
    global count, failed
    count += 1
    print(f"{'ok' if true else 'not ok'} {count} - {name}", flush=True)
    if not true:
        failed += 1
        for text in why:
            for line in str(text).splitlines()[:40]:
                print("#", line[:400], file=sys.stderr)
    return bool(true)


def same(got, want, name):
    return ok(got == want, name, f"     got: {got}", f"expected: {want}")


def like(got, pattern, name):
    return ok(re.search(pattern, got, re.M), name, f"        got: {got}",
              f"not matched: {pattern}")


def diag(text):
    print("#", text, file=sys.stderr)


# --- monitors


class Monitor:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.sock.connect(path)
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
        self.sock.settimeout(PATIENCE)
        self.data = b""

    def fill(self):
        more = self.sock.recv(65536)
        if not more:
            raise EOFError
        self.data += more

    def waits(self):
        """No byte of an answer is there."""
        return not self.data and not select.select([self.sock], [], [], 0)[0]


class Qmp(Monitor):
    def __init__(self, path):
        super().__init__(path)
        self.answer()
        self("qmp_capabilities")

    def send(self, command, key="execute", **arguments):
        request = {key: command, "arguments": arguments}
        self.sock.sendall(json.dumps(request).encode() + b"\n")

    def answer(self):
        while True:
            while b"\n" not in self.data:
                self.fill()
            line, self.data = self.data.split(b"\n", 1)
            # QEMU's JSON is ASCII, with everything else escaped
            message = json.loads(line.decode("ascii"))
            if "event" not in message:
                return message

    def __call__(self, command, **arguments):
        self.send(command, **arguments)
        return self.answer()

    def ask(self, **arguments):
        message = self("x-query-boot-timestamps", **arguments)
        if "return" not in message:
            raise ValueError(message)
        for info in message["return"]:
            check_schema(info)
        return message["return"]

    def error(self, **arguments):
        return self("x-query-boot-timestamps", **arguments)["error"]["desc"]

    def hmp(self, line):
        answer = self("human-monitor-command", **{"command-line": line})
        return answer["return"].replace("\r\n", "\n")


class Hmp(Monitor):
    def __init__(self, path):
        super().__init__(path)
        self.prompt()

    def prompt(self):
        while not self.data.endswith(b"(qemu) "):
            self.fill()
        text, self.data = self.data, b""
        return text.decode("utf-8", "replace")

    def __call__(self, line):
        self.sock.sendall(line.encode() + b"\n")
        # The line comes back as it is read, then the prompt
        return self.prompt()


# --- guests


class Guest:
    """A QEMU in the background, with two QMP monitors and a human one."""

    def __init__(self, *args, how=(BOOTSTAMP, "run", "-q", "--"), mem=32):
        for name in ("qmp", "qmp2", "hmp"):
            if os.path.exists(name):
                os.unlink(name)
        self.log = open("qemu.log", "w+b")
        self.process = subprocess.Popen(
            [*how, QEMU, "-M", "q35", "-accel", "tcg", "-m", str(mem),
             "-no-user-config", "-nodefaults", "-display", "none",
             "-qmp", "unix:qmp,server=on,wait=off",
             "-qmp", "unix:qmp2,server=on,wait=off",
             "-chardev", "socket,id=hmp,path=hmp,server=on,wait=off",
             "-mon", "chardev=hmp,mode=readline", *args],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            self.qmp = Qmp("qmp")
        except OSError:
            diag(open("qemu.log").read())
            raise

    def __enter__(self):
        return self

    def __exit__(self, *args):
        try:
            self.qmp.send("quit")
        except OSError:
            pass
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def until(self, condition, what):
        """Asks again and again; the answer for which @condition holds."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            info = self.qmp.ask()
            if condition(info):
                return info
            time.sleep(0.01)
        ok(False, f"{what}: waited {PATIENCE} s", json.dumps(info)[:2000])
        return info


def debug_port(ident="dbg", port=0x402):
    return ["-device", f"isa-debugcon,iobase={port},chardev={ident}"]


def rom(name):
    return ["-bios", f"{GUESTS}/{name}.rom"]


def linux(append="console=ttyS0 quiet panic=-1"):
    return ["-kernel", f"{GUESTS}/vmlinuz", "-initrd", f"{GUESTS}/initrd",
            "-append", append]


# --- comparing


def schema_of(text):
    """A QAPI schema: name -> definition, without what it depends on."""
    text = re.sub(r"^#.*\n", "", text, flags=re.M)
    text = re.sub(r"\btrue\b", "True", text)
    found = {}
    for part in re.findall(r"^\{.*?\} *$(?=\n\n|\n*\Z)", text, re.M | re.S):
        what = ast.literal_eval(part)
        kind = next(iter(what))
        what.pop("if", None)
        found[what[kind]] = what
    return found


SCHEMA = schema_of("".join(re.findall(r"^```qapi\n(.*?)^```",
                                      open(f"{SRC}/docs/qmp.md").read(),
                                      re.M | re.S)))


def mismatch(value, kind, where):
    """What is not as the schema says, or None."""
    if isinstance(kind, list):
        if not isinstance(value, list):
            return f"{where}: no list"
        each = (mismatch(v, kind[0], f"{where}[{i}]")
                for i, v in enumerate(value))
        return next(filter(None, each), None)
    if kind == "str":
        return None if isinstance(value, str) else f"{where}: no string"
    if kind == "bool":
        return None if isinstance(value, bool) else f"{where}: no bool"
    if kind.startswith("uint"):
        good = (isinstance(value, int) and not isinstance(value, bool)
                and 0 <= value < 1 << int(kind[4:]))
        return None if good else f"{where}: no {kind}"
    if "enum" in SCHEMA[kind]:
        return (None if value in SCHEMA[kind]["data"]
                else f"{where}: no {kind}")
    members = {name.lstrip("*"): name
               for name in SCHEMA[kind]["data"]}
    for name in value:
        if name not in members:
            return f"{where}: {name} is not in the schema"
    for name, as_is in members.items():
        if name in value:
            bad = mismatch(value[name], SCHEMA[kind]["data"][as_is],
                           f"{where}.{name}")
            if bad:
                return bad
        elif not as_is.startswith("*"):
            return f"{where}: {name} is missing"
    return None


broken = []
checked = 0


def check_schema(info):
    global checked
    checked += 1
    bad = mismatch(info, "BootTimestampsInfo", "answer")
    if bad:
        broken.append(bad)


def exported(path):
    """What `bootstamp export -F json` has of the last session."""
    out = subprocess.run([BOOTSTAMP, "export", "-F", "json", path],
                         stdout=subprocess.PIPE, check=True).stdout
    objects = [json.loads(line) for line in out.decode().splitlines()]
    start = [o for o in objects if o["type"] == "session"][-1]
    since = start["time_ns"]
    milestones = []
    items = []
    for o in objects:
        if o["type"] == "milestone":
            milestones.append((o["name"], o["boot"], o["time_ns"] - since,
                               o.get("vtime_ns"), o["detail"]))
        elif o["type"] == "copy":
            items.append((o["key"], o["name"], o["size"], o["bytes"],
                          o["method"].lower(), o["first_ns"] - since,
                          o["last_ns"] - since, o["active_ns"]))
    return start["wall_ns"], milestones, items


def told(info):
    milestones = [(m["name"], m["boot"], m["time-ns"], m.get("virtual-ns"),
                   m.get("detail", "")) for m in info["milestones"]]
    items = [(c["key"], c["name"], c["size"], c["copied"], c["interface"],
              c["start-ns"], c["end-ns"], c["active-ns"])
             for c in info["fw-cfg"]]
    return (info["start-sec"] * 10**9 + info["start-nsec"], milestones,
            items)


def phases(path):
    """Name and microseconds of each row of `bootstamp phases`."""
    out = subprocess.run([BOOTSTAMP, "phases", path], stdout=subprocess.PIPE,
                         check=True).stdout.decode()
    out = out.split("\n\n")[0]  # the first table
    rows = re.findall(r"^([A-Z][^\n]*?)  +(\d+)\.(\d{6}) .*%", out, re.M)
    return [(name, int(s) * 10**6 + int(us)) for name, s, us in rows]


def equal(info, path, name):
    """The guest is stopped: answer, export and phases are the same."""
    got, want = told(info), exported(path)
    good = ok(got == want, f"{name}: as in the capture, to the nanosecond",
              f"     got: {got}", f"expected: {want}")
    rows = [(m["name"], m["time-ns"] // 1000) for m in info["milestones"]]
    good &= same(rows, phases(path), f"{name}: the rows of bootstamp phases")
    return good


def names(info):
    return [m["name"] for m in info["milestones"]]


def item(info, name):
    return next((c for c in info["fw-cfg"] if c["name"] == name), None)


# --- the tests


def linux_by_pio():
    def in_the_middle(infos):
        initrd = item(infos[0], "initrd")
        return initrd and initrd["running"] and initrd["offset"] > 4096

    size = os.stat(f"{GUESTS}/initrd").st_size
    with Guest("-chardev", "timestamp,id=dbg,path=pio.bst", *debug_port(),
               "-global", "fw_cfg.dma_enabled=off", *linux(), "-S",
               mem=512) as g:
        info = g.qmp.ask()[0]
        same(names(info), ["Start"], "-S: QEMU was started, no more")
        g.qmp("cont")
        g.until(in_the_middle, "PIO: the copy of the initrd")
        g.qmp("stop")
        info = g.qmp.ask()[0]
        equal(info, "pio.bst", "PIO, in the middle of a copy")
        first = item(info, "initrd")
        diag(f"PIO: stopped at {first['offset']} of {first['size']} bytes")
        ok(first["running"] and 0 < first["offset"] < first["size"] == size
           and first["interface"] == "pio",
           "PIO: how far it is, and of how much", first)
        same(names(info)[:6], ["Start", "Run", "BIOS post", "BIOS int 19",
                               "BIOS boot OS", "LinuxBoot copy initrd"],
             "PIO: the milestones so far")
        like(g.qmp.hmp("info boot-timestamps"),
             rf"fw_cfg initrd: .* by PIO in .* now at {first['offset']} of "
             rf"{size}$", "PIO: info boot-timestamps shows the progress")
        again = g.qmp.ask()[0]
        same(told(again), told(info), "PIO: asked again, the same answer")
        ok(again["now-ns"] > info["now-ns"], "PIO: but for the time")
        g.qmp("cont")
        info = g.until(lambda i: item(i[0], "initrd")["offset"]
                       > first["offset"], "PIO: it goes on")[0]
        ok(item(info, "initrd")["copied"] > first["copied"],
           "PIO: goes on, more is copied")


def linux_by_dma():
    with Guest("-chardev", "timestamp,id=dbg,path=dma.bst", *debug_port(),
               "-chardev", "timestamp,id=ser,path=dma.bst", "-serial",
               "chardev:ser", *linux("console=ttyS0 panic=-1"),
               "-no-shutdown", mem=512) as g:
        second = Qmp("qmp2")
        g.until(lambda i: "Kernel start" in names(i[0]),
                "DMA: the kernel starts")
        g.qmp("stop")
        # Both questions are on their way before an answer is read
        g.qmp.send("x-query-boot-timestamps")
        second.send("x-query-boot-timestamps", chardev="ser")
        one, two = g.qmp.answer()["return"], second.answer()["return"]
        same(told(two[0]), told(one[0]),
             "two monitors at once: the same answer, by either chardev")
        info = one[0]
        equal(info, "dma.bst", "DMA")
        same((len(one), info["chardevs"], info["filename"], info["clock"]),
             (1, ["dbg", "ser"], "dma.bst", "both"),
             "two chardevs, one capture: one element")
        same((info["ended"], info["lost-bytes"], info["lost-events"],
              info["milestones-dropped"]), (False, 0, 0, 0),
             "not ended, nothing lost")
        initrd = item(info, "initrd")
        ok(initrd["offset"] == initrd["size"] and not initrd["running"]
           and initrd["interface"] == "dma", "DMA: the initrd is copied",
           initrd)
        same([m["source"] for m in info["milestones"]
              if m["name"] in ("Run", "BIOS post", "Kernel start")],
             ["event", "log", "log"], "where milestones come from")
        shown = re.findall(r"^  ([A-Z].*?)  +(\d+\.\d{6}) s",
                           g.qmp.hmp("info boot-timestamps dbg"), re.M)
        same([(n, int(t.replace(".", ""))) for n, t in shown],
             phases("dma.bst"), "info boot-timestamps: the same rows")
        g.qmp("cont")
        info = g.until(lambda i: "Shutdown request" in names(i[0]),
                       "DMA: the guest powers off")[0]
        g.qmp("stop")
        equal(g.qmp.ask()[0], "dma.bst", "after the guest powered off")
        same(info["milestones"][-1].get("detail"), "guest-shutdown",
             "with the cause of the shutdown")


def resets():
    with Guest("-chardev", "timestamp,id=dbg,path=r.bst", *debug_port(),
               *rom("reset"), "-no-shutdown") as g:
        g.until(lambda i: "Shutdown request" in names(i[0]), "resets")
        info = g.qmp.ask()[0]
        equal(info, "r.bst", "four resets")
        same([m["boot"] for m in info["milestones"]
              if m["name"] == "Reset"], [1, 2, 3, 4], "each is a boot")


def clocks():
    with Guest("-chardev", "timestamp,id=dbg,path=v.bst", *debug_port(),
               *rom("reset"), "-no-shutdown", "-icount",
               "shift=0,sleep=off") as g:
        g.until(lambda i: "Shutdown request" in names(i[0]), "icount")
        info = g.qmp.ask()[0]
        equal(info, "v.bst", "-icount")
        ok(all("virtual-ns" in m for m in info["milestones"][1:]),
           "-icount: the virtual clock is told", info)


def sessions():
    for _ in range(2):
        with Guest("-chardev", "timestamp,id=dbg,path=a.bst,append=on",
                   *debug_port(), *rom("reset"), "-no-shutdown") as g:
            g.until(lambda i: "Shutdown request" in names(i[0]), "append=on")
            info = g.qmp.ask()[0]
    same(names(info).count("Start"), 1, "append=on: this session alone")
    with Guest("-chardev", "timestamp,id=dbg,path=a.bst,append=on",
               *debug_port(), *rom("reset"), "-S") as g:
        info = g.qmp.ask()[0]
        equal(info, "a.bst", "append=on, third session")
        same(names(info), ["Start"], "of which QEMU's start alone is there")


def arguments():
    with Guest("-chardev", "timestamp,id=dbg,path=e.bst", *debug_port(),
               "-chardev", "null,id=nul", "-chardev",
               "timestamp,id=two,path=e2.bst,mux=on", *rom("reset"),
               "-S") as g:
        q = g.qmp
        same([i["filename"] for i in q.ask()], ["e.bst", "e2.bst"],
             "without an argument: all captures")
        same([i["filename"] for i in q.ask(chardev="dbg")], ["e.bst"],
             "with one: that one")
        same([i["filename"] for i in q.ask(chardev="two")], ["e2.bst"],
             "also behind mux=on")
        like(q.error(chardev="nope"), "chardev 'nope' not found",
             "no such chardev")
        like(q.error(chardev="nul"), "'nul' is not a timestamp chardev",
             "a chardev of another kind")
        like(q.error(chardev=7), "type for 'chardev', expected: string",
             "no string")
        like(q.error(chardev=None), "type for 'chardev', expected: string",
             "null")
        like(q.error(device="dbg"), "Parameter 'device' is unexpected",
             "an unknown argument")
        like(q.error(chardev="dbg", more=1), "'more' is unexpected",
             "one beside a known one")
        ok("x-query-boot-timestamps" in
           [c["name"] for c in q("query-commands")["return"]],
           "query-commands lists it")
        like(q.hmp("info boot-timestamps nope"), "'nope' not found",
             "info boot-timestamps: no such chardev")
        like(q.hmp("help info"), r"^info boot-timestamps \[chardev\] -- ",
             "help info has it")
        listed = re.findall(r"^info (\S+)", q.hmp("help info"), re.M)
        same(listed, sorted(listed), "in its place")
        like(q.hmp("info status"), "paused", "info's other words are there")
        before = q.hmp("info usbhost")
        like(before, "^Command .info usbhost. is not available",
             "one of a module that is not loaded yet")
        answer = q("device_add", driver="usb-host", hostaddr="120")
        if "device model" in answer.get("error", {}).get("desc", ""):
            count_skip("and when it is", "this QEMU has no usb-host")
        else:
            ok("not available" not in q.hmp("info usbhost"),
               "and when it is", q.hmp("info usbhost"))


def count_skip(name, why):
    global count
    count += 1
    print(f"ok {count} - {name} # SKIP {why}", flush=True)


def no_capture():
    # bootstamp run would add one
    with Guest("-S", *rom("reset"), how=("env", f"LD_PRELOAD={BUILD}/"
                                         "chardev-timestamp.so")) as g:
        same(g.qmp.ask(), [], "no timestamp chardev: an empty list")
        like(g.qmp.hmp("info boot-timestamps"), "no timestamp chardev",
             "info boot-timestamps says so")


def preconfig():
    # A machine that is not there yet
    with Guest("-chardev", "timestamp,id=dbg,path=p.bst", *rom("reset"),
               *debug_port(), "--preconfig", "-no-shutdown") as g:
        info = g.qmp.ask()[0]
        same(names(info), ["Start"], "--preconfig: QEMU was started")
        like(Hmp("hmp")("info boot-timestamps"), "Start  +0.000000 s",
             "--preconfig: so says info boot-timestamps")
        g.qmp("x-exit-preconfig")
        g.until(lambda i: "Shutdown request" in names(i[0]), "preconfig")
        equal(g.qmp.ask()[0], "p.bst", "after x-exit-preconfig")


def hot_plug():
    with Guest("-chardev", "timestamp,id=dbg,path=h.bst", *debug_port(),
               *rom("reset"), "-S") as g:
        g.qmp.ask()
        g.qmp.hmp("chardev-add timestamp,id=hot,path=hot.bst")
        g.qmp.hmp("chardev-add timestamp,id=third,path=hot.bst")
        both = g.qmp.ask()
        same([i["chardevs"] for i in both], [["dbg"], ["hot", "third"]],
             "chardev-add: one more capture")
        equal(both[1], "hot.bst", "of which all is known")
        g.qmp("chardev-remove", id="hot")
        like(g.qmp.error(chardev="hot"), "'hot' not found",
             "chardev-remove: it is gone")
        same([i["filename"] for i in g.qmp.ask(chardev="third")],
             ["hot.bst"], "the other one of its capture is not")
        g.qmp("chardev-remove", id="third")
        same([i["filename"] for i in g.qmp.ask()], ["h.bst"],
             "without either the capture is gone")
        g.qmp.hmp("chardev-add null,id=hot")
        like(g.qmp.error(chardev="hot"), "is not a timestamp chardev",
             "another kind of chardev in its place")
        held = open_files(g)
        ok(any(f.endswith("/h.bst") for f in held) and
           not any("/hot.bst" in f for f in held),
           "and no descriptor of it is left", held)


def open_files(guest):
    # bootstamp run becomes QEMU
    folder = f"/proc/{guest.process.pid}/fd"
    found = []
    for fd in os.listdir(folder):
        try:
            found.append(os.readlink(f"{folder}/{fd}"))
        except OSError:
            pass  # closed meanwhile
    return found


def files():
    # Bytes that are no UTF-8, and some that a terminal would act on
    name = b"odd-\xff\x1b[31m\xc3.bst"
    shutil.rmtree("dir", ignore_errors=True)
    os.mkdir("dir")
    with Guest("-chardev", b"timestamp,id=dbg,path=dir/" + name,
               *debug_port(), *rom("reset"), "-no-shutdown") as g:
        g.until(lambda i: "Shutdown request" in names(i[0]), "odd names")
        info = g.qmp.ask()[0]
        same(info["filename"], "dir/odd-\ufffd\x1b[31m\ufffd.bst",
             "a file name that is no UTF-8")
        text = g.qmp.hmp("info boot-timestamps")
        ok("\x1b" not in text and r"\033[31m" in text,
           "no escape sequence reaches the human", text)
        os.rename(b"dir/" + name, "dir/plain.bst")
        equal(g.qmp.ask()[0], "dir/plain.bst", "renamed meanwhile")
        os.unlink("dir/plain.bst")
        same(told(g.qmp.ask()[0]), told(info), "removed meanwhile")
        g.qmp.hmp("chardev-add timestamp,id=new,path=dir/new.bst")
        os.unlink("dir/new.bst")
        same(names(g.qmp.ask(chardev="new")[0]), ["Start"],
             "removed before the first question")


def damaged_files():
    with Guest("-chardev", "timestamp,id=dbg,path=c.bst", *debug_port(),
               "-chardev", "timestamp,id=two,path=c2.bst", *rom("flood")
               ) as g:
        before = g.qmp.ask(chardev="dbg")[0]
        os.truncate("c.bst", 0)
        same(names(g.qmp.ask(chardev="dbg")[0])[:len(before["milestones"])],
             names(before), "cut to nothing: what was read before stays")
        with open("c2.bst", "r+b") as f:
            f.write(b"nonsense")
        like(g.qmp.error(chardev="two"), "c2.bst: is not a capture",
             "overwritten before the first question: an error")
        infos = g.qmp.ask()
        same(len(infos), 2, "which does not hide the others")
        ok(not infos[0].get("error") and infos[1].get("error")
           and not infos[1]["milestones"], "and says so in its place",
           infos[1])
        like(g.qmp.hmp("info boot-timestamps"), "^two: c2.bst\n  is ",
             "info boot-timestamps too")
        g.qmp.hmp("chardev-add timestamp,id=cut,path=c3.bst")
        os.truncate("c3.bst", 0)
        # The writer puts a header back when it sees that: either is right
        answer = g.qmp("x-query-boot-timestamps", chardev="cut")
        ok("return" in answer or "c3.bst: is " in answer["error"]["desc"],
           "cut before the first question", answer)
        like(g.qmp.hmp("info status"), "running", "the guest runs on")


def elsewhere():
    """QEMU gives up its rights, its folder or its root."""
    options = subprocess.run([QEMU, "-help"], stdout=subprocess.PIPE
                             ).stdout.decode()
    empty = f"{os.getcwd()}/empty"
    for args in (["-daemonize"],
                 ["-runas", "nobody"] if "\n-runas" in options
                 else ["-run-with", "user=nobody"],
                 ["-chroot", empty] if "\n-chroot" in options
                 else ["-run-with", f"chroot={empty}"]):
        name = f"{args[-1]}: "
        if args[0] != "-daemonize" and os.geteuid():
            count_skip(name + "asked", "not root")
            continue
        os.makedirs(empty, exist_ok=True)
        with Guest("-chardev", "timestamp,id=dbg,path=w.bst", *debug_port(),
                   *rom("reset"), "-no-shutdown", *args) as g:
            g.until(lambda i: "Shutdown request" in names(i[0]), name)
            equal(g.qmp.ask()[0], "w.bst", name + "asked")


# --- a capture that takes long to read

BIG_MB = 150


def big_guest():
    """A guest that writes to a file as fast as it can, beside a capture in
    which a session of BIG_MB megabytes comes before this one."""
    shutil.copyfile("big-before.bst", "big.bst")
    os.chmod("big.bst", 0o600)
    return Guest("-chardev", "timestamp,id=big,path=big.bst,append=on",
                 "-chardev", "file,id=dbg,path=guest.out", *debug_port(),
                 *rom("flood"))


def written():
    return os.stat("guest.out").st_size


def big_captures():
    subprocess.run([f"{BUILD}/bench/big-capture", "big-before.bst",
                    str(BIG_MB)], check=True)
    guest_runs_on()
    removed_meanwhile()
    quit_meanwhile()
    human_does_not_wait()
    os.unlink("big-before.bst")


def ask_big(g, **arguments):
    """Sends the question; back when QEMU has begun to read for it, which
    takes one more descriptor of the file."""
    begun = sum(f.endswith("/big.bst") for f in open_files(g)) + 1
    g.qmp.send("x-query-boot-timestamps", **arguments)
    while (g.qmp.waits() and
           sum(f.endswith("/big.bst") for f in open_files(g)) < begun):
        time.sleep(0.001)


def guest_runs_on():
    with big_guest() as g:
        human = Hmp("hmp")
        while written() < 100000:
            time.sleep(0.01)
        sizes = []
        begin = time.monotonic()
        ask_big(g)
        status = human("info status")
        ok("running" in status and g.qmp.waits(),
           "the human monitor answers before the question is", status)
        while g.qmp.waits():
            sizes.append(written())
            time.sleep(0.01)
        took = time.monotonic() - begin
        info = g.qmp.answer()["return"][0]
        grown = sum(a < b for a, b in zip(sizes, sizes[1:]))
        diag(f"{BIG_MB} MB read in {took:.2f} s; the guest wrote "
             f"{sizes[-1] - sizes[0]} bytes meanwhile, seen to grow in "
             f"{grown} of {len(sizes) - 1} looks")
        ok(grown > 2, "the guest runs while a big capture is read", sizes)
        same(names(info), ["Start", "Run"], "and the answer is whole")
        g.qmp("stop")
        equal(g.qmp.ask()[0], "big.bst", "asked again of a big capture")


def removed_meanwhile():
    with big_guest() as g:
        human = Hmp("hmp")
        ask_big(g, chardev="big")
        human("chardev-remove big")
        ok(g.qmp.waits(), "the chardev is removed before the answer is there")
        info = g.qmp.answer()["return"][0]
        check_schema(info)
        same((names(info)[0], info["ended"]), ("Start", True),
             "which comes all the same")
        same(g.qmp.ask(), [], "and it is gone")


def quit_meanwhile():
    with big_guest() as g:
        human = Hmp("hmp")
        ask_big(g)
        human.sock.sendall(b"quit\n")
        try:
            status = g.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            status = "none"
        same(status, 0, "QEMU ends while a question is open")
        out = subprocess.run([BOOTSTAMP, "info", "big.bst"],
                             stdout=subprocess.PIPE).stdout.decode()
        like(out, "^state +ended$", "in good order")


def human_does_not_wait():
    with big_guest() as g:
        like(g.qmp.hmp("info boot-timestamps"),
             "^  [0-9]+% of the capture was read.*ask again$",
             "info boot-timestamps shows what is read so far")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            text = g.qmp.hmp("info boot-timestamps")
            if "ask again" not in text:
                break
            time.sleep(0.1)
        ok("ask again" not in text and "  Run " in text,
           "and all of it when it was read in the background", text)
    with big_guest() as g:
        g.qmp.hmp("info boot-timestamps")
        g.qmp("chardev-remove", id="big")
        like(g.qmp.hmp("info boot-timestamps"), "no timestamp chardev",
             "the chardev may go while it is read in the background")
        end = time.monotonic() + PATIENCE
        while (any("/big.bst" in f for f in open_files(g))
               and time.monotonic() < end):
            time.sleep(0.01)
        ok(not any("/big.bst" in f for f in open_files(g)),
           "and when that is done no descriptor is left")


for test in (arguments, no_capture, preconfig, hot_plug, files, damaged_files,
             resets, clocks, sessions, elsewhere, linux_by_pio, linux_by_dma,
             big_captures):
    try:
        test()
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError,
            subprocess.SubprocessError) as e:
        ok(False, f"{test.__name__}: {type(e).__name__}: {e}",
           open("qemu.log", errors="replace").read())
same(schema_of(open(f"{SRC}/chardev-backend/in-tree/boot-timestamps.json"
                    ).read()), SCHEMA,
     "the schema of the patches is the one in docs/qmp.md")
ok(not broken, f"{checked} answers, each as the schema in docs/qmp.md says",
   "\n".join(broken[:10]))
print(f"1..{count}")
sys.exit(failed != 0)
