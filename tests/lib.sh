# shellcheck shell=sh
# lib.sh: helpers for the TAP tests (POSIX sh).  At the top of tests/DIR/X.t:
#
#   . "$(dirname "$0")/../lib.sh"
#
# Results       ok NAME COMMAND...     is GOT WANT NAME     like GOT ERE NAME     pass NAME     fail NAME
#               skip NAME REASON       skip_all REASON      diag TEXT    plan N   done_testing (last line)
# Programs      compile CC-ARGUMENTS...   have_compiler
# Captures      info_value, info_number CAPTURE NAME     row_value, row_number NAME <TABLE     raw_of, milestones,
#               milestone_times, vm_events CAPTURE       copied CAPTURE ITEM                   json_of CAPTURE FILTER
# The machine   free_mb DIR            peak_kb PID
# Guests        need_guests [roms|linux|linux-arm64|marks|NAME.rom|NAME.elf]...   run_rom NAME [QEMU ARGS]    start_rom NAME [QEMU ARGS]
#               boot_linux [QEMU ARGS]   grub_disk BUS   stop_qemu [SIGNAL]   have_kvm   wait_for SECONDS COMMAND...
# Tables        commands   formats   file_formats: names, as the program lists them
# The caller gives the chardev of the debug port (0x402), id=dbg:
#
#   need_guests pattern-1000.rom
#   run_rom pattern-1000 -chardev "file,id=dbg,path=$tmp/out"; is $? 0 "the guest powers off"
#
# Variables that change a run, for one call (MACHINE=q35 run_rom ...) or a whole test:
#   MACHINE (pc)  ACCEL (tcg)  MEM (32 for ROMs, 512 for Linux)  QEMU_TIMEOUT (60 seconds, then QEMU is killed)
#   RUN           what starts QEMU, such as "$BOOTSTAMP run --"; empty: QEMU itself
#   INITRD APPEND of boot_linux; its serial console goes to $tmp/serial.log
# What QEMU prints goes to $tmp/qemu.log.  $tmp is a private folder, removed at the end.
# $src, $build, $guests, $BOOTSTAMP, $QEMU: where things are.

LC_ALL=C
export LC_ALL
src=${BOOTSTAMP_SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${BOOTSTAMP_BUILD:-$src/build}
guests=$build/guests
BOOTSTAMP=${BOOTSTAMP:-$build/bootstamp}
QEMU=${QEMU:-qemu-system-x86_64}
export BOOTSTAMP

tap_count=0 tap_failed=0 tap_plan=''
qemu_pid='' qemu_job=''
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bootstamp-test.XXXXXX") || exit 1
# Nobody's own phases.conf or settings
XDG_CONFIG_HOME=$tmp/config
# and no captures of theirs
TMPDIR=$tmp
export XDG_CONFIG_HOME TMPDIR

lib_cleanup() {
    status=$?
    trap - EXIT
    [ -z "$qemu_pid" ] || stop_qemu KILL
    rm -rf "$tmp"
    exit $status
}
trap lib_cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# --- results

diag() { printf '%s\n' "$*" | sed 's/^/# /' >&2; }

plan() { tap_plan=$1; echo "1..$1"; }

pass() { tap_count=$((tap_count + 1)); echo "ok $tap_count - $*"; }

fail() {
    tap_count=$((tap_count + 1)) tap_failed=$((tap_failed + 1))
    echo "not ok $tap_count - $*"
    return 1
}

skip() { tap_count=$((tap_count + 1)); echo "ok $tap_count - $1 # SKIP $2"; }

skip_all() { echo "1..0 # SKIP $*"; exit 0; }

ok() {
    tap_name=$1
    shift
    if "$@" >"$tmp/ok.log" 2>&1; then
        pass "$tap_name"
    else
        tap_status=$?
        fail "$tap_name"
        diag "exit status $tap_status: $*"
        head -n 20 "$tmp/ok.log" | sed 's/^/#   /' >&2
        return 1
    fi
}

is() {
    if [ "$1" = "$2" ]; then
        pass "$3"
    else
        fail "$3"
        diag "     got: $1"
        diag "expected: $2"
        return 1
    fi
}

like() {
    if printf '%s\n' "$1" | grep -E -q -e "$2"; then
        pass "$3"
    else
        fail "$3"
        diag "        got: $1"
        diag "not matched: $2"
        return 1
    fi
}

done_testing() {
    [ -n "$tap_plan" ] || echo "1..$tap_count"
    [ "$tap_failed" = 0 ] || diag "failed $tap_failed of $tap_count"
    exit $((tap_failed != 0))
}

# compile ARGUMENTS...: by the compiler that the tests are given, which may be two words ("ccache cc")
compile() {
    # shellcheck disable=SC2086
    ${CC:-cc} "$@"
}
have_compiler() {
    # shellcheck disable=SC2086
    set -- ${CC:-cc}
    command -v "$1" >/dev/null
}

# wait_for SECONDS COMMAND...: until the command succeeds; false if it never does
wait_for() {
    wait_turns=$(($1 * 20))
    shift
    until "$@"; do
        wait_turns=$((wait_turns - 1))
        [ $wait_turns -gt 0 ] || return 1
        sleep 0.05
    done
}

# --- the program's own tables

commands() { "$BOOTSTAMP" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'; }
formats() { "$BOOTSTAMP" export --format help | sed 's/ .*//'; }
file_formats() { "$BOOTSTAMP" export --format help | awk '$2 != "(folder)" { print $1 }'; }

# --- what the program reports of a capture

# row_value NAME, row_number NAME: of a table on standard input, that row without its name; its first number
row_value() { sed -n "s/^$1  *//p"; }
row_number() { row_value "$1" | grep -o '^[0-9]*'; }
# info_value CAPTURE NAME, info_number CAPTURE NAME: the same of info
info_value() { "$BOOTSTAMP" info "$1" 2>/dev/null | row_value "$2"; }
info_number() { "$BOOTSTAMP" info "$1" 2>/dev/null | row_number "$2"; }
# raw_of CAPTURE: the guest's bytes
raw_of() { "$BOOTSTAMP" export --format raw "$1"; }
# The table of milestones, without its head
milestone_table() { "$BOOTSTAMP" phases "$1" | sed -n '2,/^$/p'; }
# Its names but for stages within them, which are indented, and its times, in order
milestones() { milestone_table "$1" | sed -n '/^ /d; s/   *[0-9.]* .*//p'; }
milestone_times() { milestone_table "$1" | cut -c 25- | grep -o '^ *[0-9.]*' | tr -d ' '; }
# copied CAPTURE ITEM: bytes and method of that item of fw_cfg
copied() { "$BOOTSTAMP" phases --all "$1" | row_value "$2" | grep -o '^[0-9]* *[A-Z]*' | tr -s ' '; }
# The events but for fw_cfg's, without their times
vm_events() {
    "$BOOTSTAMP" export --events "$1" | sed -n 's/^ *[0-9.]*  *[+-][0-9.]*  -- //p' |
        grep -a -v '^fw_cfg\|^disk \|^module loaded$\|^options read$\|^capture opened$'
}
# json_of CAPTURE FILTER: what jq makes of its JSON export
json_of() { "$BOOTSTAMP" export --format json "$1" | jq -r "$2"; }

# --- the machine

# Megabytes free where DIR is; kilobytes that process PID had at most
free_mb() { df -Pm "$1" | awk 'NR == 2 { print $4 }'; }
peak_kb() { sed -n "s/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$1/status"; }

# --- guests

# guest_bytes KIND NUMBER: what such a guest writes (see guest-bytes.pl)
guest_bytes() { perl "$src/tests/guests/guest-bytes.pl" "$@"; }

# Build what the test boots; a test that cannot have it is skipped, with the reason.
need_guests() {
    command -v "$QEMU" >/dev/null || skip_all "no $QEMU"
    "$src/tests/guests/make-guests.sh" "$@" "$guests/" >"$tmp/make-guests.log" 2>&1 && return
    sed 's/^/# /' "$tmp/make-guests.log" >&2
    skip_all "cannot build the guests: $(tail -n 1 "$tmp/make-guests.log")"
}

# QEMU with what all guests have in common
lib_qemu() {
    # shellcheck disable=SC2086
    timeout -k 5 "${QEMU_TIMEOUT:-60}" ${RUN:-} "$QEMU" -M "${MACHINE:-pc}" -accel "${ACCEL:-tcg}" \
        -no-user-config -nodefaults -display none "$@" -device isa-debugcon,iobase=0x402,chardev=dbg \
        </dev/null >"$tmp/qemu.log" 2>&1
}

lib_rom() {
    lib_rom=$guests/$1.rom
    shift
    # isapc has no ACPI: its guests end with status 1 (see rom.inc)
    [ "${MACHINE:-pc}" != isapc ] || set -- -device isa-debug-exit,iobase=0xf4,iosize=4 "$@"
    lib_qemu -m "${MEM:-32}" -bios "$lib_rom" "$@"
}

# run_rom NAME [QEMU ARGS]: QEMU's exit status; 124 or 137 if it had to be killed
run_rom() {
    lib_rom "$@"
    lib_status $?
}

boot_linux() {
    lib_qemu -m "${MEM:-512}" -kernel "$guests/vmlinuz" -initrd "${INITRD:-$guests/initrd}" \
        -append "${APPEND:-console=ttyS0 quiet panic=-1}" \
        -chardev file,id=serial,path="$tmp/serial.log" -serial chardev:serial "$@"
    lib_status $?
}

# grub_disk ide|virtio|ahci|nvme: QEMU's arguments for a machine with grub.iso on that bus
grub_disk() {
    lib_drive=file=$guests/grub.iso,format=raw,snapshot=on
    case $1 in
    ide) echo -M pc -drive "$lib_drive,if=ide" ;;
    virtio) echo -M pc -drive "$lib_drive,if=virtio" ;;
    ahci) echo -M q35 -drive "$lib_drive,if=ide" ;;
    nvme) echo -M q35 -drive "$lib_drive,if=none,id=d0" -device nvme,drive=d0,serial=1 ;;
    esac
}

lib_status() {
    case $1 in
    0) ;;
    124 | 137) diag "QEMU was killed after ${QEMU_TIMEOUT:-60} s" ;;
    *) [ "${MACHINE:-pc}" = isapc ] || diag "QEMU ended with status $1: $(head -n 5 "$tmp/qemu.log")" ;;
    esac
    return "$1"
}

# start_rom NAME [QEMU ARGS]: in the background, for guests that do not end by themselves; sets $qemu_pid
start_rom() {
    rm -f "$tmp/qemu.pid"
    lib_rom "$@" -pidfile "$tmp/qemu.pid" &
    qemu_job=$!
    if ! wait_for 10 test -s "$tmp/qemu.pid"; then
        diag "QEMU did not start: $(head -n 5 "$tmp/qemu.log")"
        return 1
    fi
    qemu_pid=$(cat "$tmp/qemu.pid")
}

# stop_qemu [SIGNAL]: end what start_rom started, and wait for it
stop_qemu() {
    [ -n "$qemu_pid" ] || return 0
    kill -s "${1:-TERM}" "$qemu_pid" 2>/dev/null
    wait "$qemu_job" 2>/dev/null
    qemu_status=$?
    qemu_pid='' qemu_job=''
    return $qemu_status
}

# A killed QEMU's capture lacks at most what a vCPU was about to store, a byte or a VCLOCK of two words: the helper
# thread may have stored a record behind it.
in_flight() { test "$("$BOOTSTAMP" info "$1" | awk '$1 == "damage" { n = $2 } END { print n + 0 }')" -le 2; }

# Does a ROM boot under KVM here?  Asked once.  (A KVM that boots ROMs may still be unable to boot Linux.)
have_kvm() {
    if [ -z "${lib_kvm:-}" ]; then
        lib_kvm=no
        if [ -w /dev/kvm ] && "$src/tests/guests/make-guests.sh" pattern-1000.rom "$guests/" >/dev/null 2>&1 &&
            RUN='' QEMU_TIMEOUT=10 MACHINE=pc ACCEL=kvm \
                lib_rom pattern-1000 -chardev file,id=dbg,path="$tmp/kvm.out"; then
            guest_bytes pattern 1000 | cmp -s - "$tmp/kvm.out" && lib_kvm=yes
        fi
    fi
    [ "$lib_kvm" = yes ]
}
