"""TAP of next.t: chardev=ID2 before a socket whose client is slow, or never reads.

Each case is run with the socket alone as well: what the timestamp chardev adds
may not change how QEMU behaves.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import termios
import time

QEMU = os.environ["QEMU"]
GUESTS = os.environ["GUESTS"]
SRC = os.environ["SRC"]
BOOTSTAMP = os.environ["BOOTSTAMP"]
PATIENCE = 60  # seconds, then a guest is given up
PROMPT = 5  # seconds: longer than that is a hang, on a busy machine as well

count = failed = 0


def ok(true, name, *why):
    global count, failed
    count += 1
    print(f"{'ok' if true else 'not ok'} {count} - {name}", flush=True)
    if not true:
        failed += 1
        for text in why:
            print("#", str(text)[:400], file=sys.stderr)
    return bool(true)


def same(got, want, name):
    return ok(got == want, name, f"     got: {got!r}", f"expected: {want!r}")


def connect(path):
    """A client of QEMU's socket, with the smallest buffer there is."""
    client = socket.socket(socket.AF_UNIX)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            client.connect(path)
            client.settimeout(PATIENCE)
            return client
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def ask(monitor, command):
    """The answer to a QMP command; events before it are left out."""
    monitor.sendall(json.dumps({"execute": command}).encode() + b"\n")
    return listen(monitor)


def listen(monitor):
    text = b""
    while True:
        byte = monitor.recv(1)
        if not byte:
            raise EOFError
        text += byte
        if byte == b"\n" and b'"event"' not in text:
            return json.loads(text)
        if byte == b"\n":
            text = b""


def qemu(*args):
    """QEMU with a socket, not yet served, and a monitor."""
    for name in ("s", "qmp"):
        if os.path.exists(name):
            os.unlink(name)
    return subprocess.Popen(
        [BOOTSTAMP, "run", "-q", "--", QEMU, "-M", "pc", "-accel", "tcg",
         "-m", "32", "-nodefaults", "-no-user-config", "-display", "none",
         "-chardev", "socket,id=s,path=s,server=on,wait=on",
         "-qmp", "unix:qmp,server=on,wait=off", *args],
        stdin=subprocess.DEVNULL, stderr=open("qemu.log", "wb"))


def end(process):
    """Seconds until SIGTERM ends it; None where it does not."""
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PROMPT * 2)
        return time.monotonic() - begin
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


def captured(path="c.bst", *args):
    return subprocess.run([BOOTSTAMP, "export", "--format", "raw", *args,
                           path], capture_output=True, check=True).stdout


def wait_until_full(client):
    """The guest has filled what the kernel buffers, and is throttled."""
    size = -1
    end_time = time.monotonic() + PATIENCE
    while time.monotonic() < end_time:
        now = client.recv(1 << 20, socket.MSG_PEEK | socket.MSG_DONTWAIT) \
            if select.select([client], [], [], 0)[0] else b""
        time.sleep(0.3)
        if len(now) == size and size > 0:
            return
        size = len(now)


def pattern(size):
    return subprocess.run(["perl", SRC + "/tests/guests/guest-bytes.pl",
                           "pattern", str(size)], capture_output=True,
                          check=True).stdout


def read_all(client, pause=0):
    got = b""
    while True:
        piece = client.recv(65536)
        if not piece:
            return got
        got += piece
        time.sleep(pause)


TIMESTAMP = ("-chardev", "timestamp,id=t,path=c.bst,chardev=s")


def never_read(name, *args):
    process = qemu("-bios", GUESTS + "/serial-300000.rom", *args)
    client = connect("s")
    monitor = connect("qmp")
    monitor.settimeout(PROMPT)
    try:
        listen(monitor)
        wait_until_full(client)
        begin = time.monotonic()
        answer = ask(monitor, "qmp_capabilities")
        ok(answer == {"return": {}}, f"{name}: QMP answers in "
           f"{(time.monotonic() - begin) * 1000:.0f} ms", answer)
    except (OSError, EOFError) as error:
        ok(False, f"{name}: QMP answers", error)
    took = end(process)
    ok(took is not None, f"{name}: SIGTERM ends QEMU"
       + (f" in {took:.1f} s" if took else ""))
    return read_all(client)


def client_that_never_reads():
    never_read("a UART, the socket alone", "-serial", "chardev:s")
    for name, options in (("", ""), (", mux=on", ",mux=on")):
        got = never_read("chardev=ID2, a UART" + name, TIMESTAMP[0],
                         TIMESTAMP[1] + options, "-serial", "chardev:t")
        capture = captured()
        whole = pattern(300000)
        ok(got == whole[:len(got)] and len(got) > 100,
           f"chardev=ID2, a UART{name}: what was passed on is whole",
           len(got))
        # The UART has at most the byte that it is trying to send.
        ok(capture == whole[:len(capture)] and
           len(got) <= len(capture) <= len(got) + 1,
           f"chardev=ID2, a UART{name}: the capture has these and the one "
           "that waits", len(capture), len(got))
        with open("qemu.log", encoding="utf-8") as log:
            text = log.read()
        same("not passed on: 1 " in text,
             len(capture) == len(got) + 1,
             f"chardev=ID2, a UART{name}: QEMU tells of it")


def client_that_reads_late():
    process = qemu("-bios", GUESTS + "/serial-300000.rom", *TIMESTAMP,
                   "-serial", "chardev:t")
    client = connect("s")
    wait_until_full(client)
    got = read_all(client, 0.001)
    process.wait(PATIENCE)
    same(len(got), 300000, "a client that reads late and slowly gets it all")
    ok(got == pattern(300000), "to the byte")
    ok(captured() == got, "and so has the capture, each byte once")


def client_that_comes_again():
    """A monitor greets each client: it must be told OPENED and CLOSED."""
    process = qemu("-S", *TIMESTAMP, "-mon", "chardev=t,mode=control")
    for visit in ("first", "second"):
        client = connect("s")
        try:
            client.settimeout(PROMPT)
            ok("QMP" in listen(client), f"the {visit} client is greeted")
            same(ask(client, "qmp_capabilities"), {"return": {}},
                 f"the {visit} client is answered")
        except (OSError, EOFError, ValueError) as error:
            ok(False, f"the {visit} client is served", error)
        client.close()
    ok(end(process) is not None, "QEMU ends")
    same(captured().count(b'{"QMP":'), 2, "the capture has both greetings")


def monitor_that_talks():
    """Answers, and events of block jobs in an I/O thread, by our chardev."""
    process = qemu("-S", "-object", "iothread,id=io", *TIMESTAMP,
                   "-mon", "chardev=t,mode=control")
    client = connect("s")
    got = b""

    def say(name, **arguments):
        client.sendall(json.dumps({"execute": name, "arguments": {
            key.replace("_", "-"): value for key, value in arguments.items()
        }}).encode() + b"\n")

    def wait_for(text):
        nonlocal got
        start = len(got)
        while text not in got[start:]:
            got += client.recv(65536)

    wait_for(b"QMP")
    say("qmp_capabilities")
    for node in "ab":
        say("blockdev-add", driver="null-co", node_name=node, size=1 << 20,
            read_zeroes=True)
        say("x-blockdev-set-iothread", node_name=node, iothread="io")
    for i in range(20):
        say("blockdev-mirror", job_id=f"j{i}", device="a", target="b",
            sync="full")
        for _ in range(10):
            say("query-version")
        wait_for(b"BLOCK_JOB_READY")
        say("block-job-cancel", device=f"j{i}")
        wait_for(b'"status": "null"')
    ok(end(process) is not None, "QEMU with a monitor that talks ends")
    try:
        got += read_all(client)
    except ConnectionResetError:
        pass
    text = captured()
    ok(text.startswith(got) and got.count(b"BLOCK_JOB_READY") == 20,
       "a monitor's answers and events are in the capture, each byte once",
       len(text), len(got))
    ok(all(json.loads(line) for line in text.splitlines()),
       "and none is torn")


def device_that_is_set_up():
    """The guest sets the UART's speed: the host's device is told."""
    master, slave = os.openpty()
    speed = {}
    for name, front in (("alone", "p"), ("behind us", "t")):
        attributes = termios.tcgetattr(slave)
        attributes[4] = attributes[5] = termios.B38400
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        process = subprocess.Popen(
            [BOOTSTAMP, "run", "-q", "--", QEMU, "-M", "pc", "-accel", "tcg",
             "-m", "32", "-nodefaults", "-display", "none", "-S",
             "-chardev", "serial,id=p,path=" + os.ttyname(slave),
             "-chardev", "timestamp,id=t,path=c.bst"
             + (",chardev=p" if front == "t" else ""),
             "-serial", "chardev:" + front, "-monitor", "stdio"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        # 9600 baud: divisor 12
        process.stdin.write(b"o /1 0x3fb 0x83\no /1 0x3f8 12\n"
                            b"o /1 0x3f9 0\no /1 0x3fb 3\nquit\n")
        process.stdin.flush()
        process.wait(PATIENCE)
        speed[name] = termios.tcgetattr(slave)[5]
    os.close(master)
    os.close(slave)
    same(speed["alone"], termios.B9600, "a serial device alone is told 9600")
    same(speed["behind us"], termios.B9600, "so it is behind us")


client_that_never_reads()
client_that_reads_late()
client_that_comes_again()
monitor_that_talks()
device_that_is_set_up()
print(f"1..{count}")
sys.exit(failed != 0)
