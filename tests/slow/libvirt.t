#!/bin/bash
# The recipes of docs/libvirt.md with a real libvirtd (TCG): qemu:///system, which is started where none runs, and
# qemu:///session of another user.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip_all "needs root: libvirtd starts QEMU as another user"
for tool in libvirtd virsh setpriv; do
    command -v $tool >/dev/null || skip_all "no $tool: apt-get install libvirt-daemon-system libvirt-clients"
done
# It takes seconds: a guest that is off before libvirt has seen it on is an error to it.
need_guests serial-1000000.rom
export LIBVIRT_DEFAULT_URI=qemu:///system
daemons=()
stop_daemons() {
    virsh destroy bootstamp-test >/dev/null 2>&1
    [ ${#daemons[@]} -eq 0 ] || kill "${daemons[@]}" 2>/dev/null
    rm -rf "$work"
    lib_cleanup
}
trap stop_daemons EXIT
# QEMU runs as somebody else, who must reach all of this.
work=$(mktemp -d /tmp/bootstamp-libvirt.XXXXXX)
chmod 755 "$work"
user=$(id -u libvirt-qemu 2>/dev/null || id -u qemu)
captures=/tmp/bootstamp-$user
if ! virsh version >/dev/null 2>&1; then
    for daemon in virtlogd libvirtd; do
        TMPDIR=/tmp "$daemon" >"$work/$daemon.log" 2>&1 &
        daemons+=($!)
    done
    wait_for 30 virsh version >/dev/null 2>&1 || skip_all "libvirtd does not start: $(tail -n 1 "$work/libvirtd.log")"
fi
setpriv --reuid "$user" --clear-groups test -r "$build/chardev-timestamp-qemu.so" ||
    skip_all "$build cannot be read by the user of libvirt's QEMU"
diag "$(virsh version | tail -n 3 | paste -sd ' ')"

# domain EMULATOR ENVIRONMENT [OVERRIDE] [LOADER] [CONSOLE]: its description
domain() {
    cat <<END
<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>bootstamp-test</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type>${4-}</os><features><acpi/></features>
  <devices>$1${5-<serial type='pty'><target port='0'/></serial><console type='pty'/>}<memballoon model='none'/></devices>
  <qemu:commandline>$2</qemu:commandline>${3-}
</domain>
END
}
newest() { find "$captures" -name '*.bst' -newer "$work/domain" 2>/dev/null; }
has_capture() { [ -n "$(newest)" ]; }
has_boot() { "$BOOTSTAMP" phases "$1" 2>/dev/null | grep -q '^BIOS int 19'; }
# try NAME COMMAND...: by COMMAND the domain boots, and there is one capture of it
try() {
    local name=$1
    shift
    ok "$name: the domain starts" "$@"
    wait_for 30 has_capture
    is "$(newest | wc -l)" 1 "$name: one capture, and none by libvirt's questions"
    capture=$(newest | head -n 1)
    ok "$name: with the firmware's lines" wait_for 30 has_boot "$capture"
    like "$("$BOOTSTAMP" info "$capture")" 'charserial0 \(isa-serial 0x3f8\)' "$name: and the console, which is a pty as before"
    like "$(virsh ttyconsole bootstamp-test)" '^/dev/pts/' "$name: virsh console has it"
    like "$(virsh qemu-monitor-command bootstamp-test --pretty '{"execute":"x-query-boot-timestamps"}' | tr -d '\n ')" \
        '"chardevs":\["bootstamp"' "$name: the monitor can be asked by QMP"
    like "$(virsh qemu-monitor-command bootstamp-test --hmp info boot-timestamps)" 'BIOS int 19' "$name: and by HMP"
    like "$("$BOOTSTAMP" list --all)" "^$(id -nu "$1" 2>/dev/null || id -nu "$user") +live .* $capture" \
        "$name: root's list --all has it, with its owner"
    # Without --graceful libvirt kills it after a while, on a busy machine too soon.
    wait_for 60 virsh destroy --graceful bootstamp-test >/dev/null 2>&1
    like "$("$BOOTSTAMP" info "$capture")" '^state +ended' "$name: the capture ends with the domain"
    rm -f "$capture"
}
# environment [NAME VALUE]...: <qemu:env> elements
environment() {
    while [ $# -gt 0 ]; do
        printf "<qemu:env name='%s' value='%s'/>" "$1" "$2"
        shift 2
    done
}
variables=(LD_PRELOAD "$build/chardev-timestamp.so" BOOTSTAMP_RUN if-fits BOOTSTAMP_SERIAL all)

printf '#!/bin/sh\nexec %s run --if-fits --serial -- %s "$@"\n' "$BOOTSTAMP" "$(command -v "$QEMU")" >"$work/wrapper"
chmod 755 "$work/wrapper"
export TMPDIR=/tmp
domain "<emulator>$work/wrapper</emulator>" "" >"$work/domain"
try "a wrapper as <emulator>" virsh create "$work/domain"
domain "" "$(environment "${variables[@]}")" >"$work/domain"
try "<qemu:env>" virsh create "$work/domain"

# The chardev of a serial port, in front of the one that libvirt made
mkdir -m 777 "$work/team"
touch "$work/console"
chmod 666 "$work/console"
domain "" "<qemu:arg value='-chardev'/><qemu:arg value='timestamp,id=stamp,path=$work/team/console.bst,chardev=charserial0'/>
    $(environment LD_PRELOAD "$build/chardev-timestamp.so" BOOTSTAMP_RUN '' BOOTSTAMP_MODE 640 BOOTSTAMP_GROUP "$user")" \
    "<qemu:override><qemu:device alias='serial0'><qemu:frontend>
    <qemu:property name='chardev' type='string' value='stamp'/>
    </qemu:frontend></qemu:device></qemu:override>" "<loader readonly='yes' type='rom'>$guests/serial-1000000.rom</loader>" \
    "<serial type='file'><source path='$work/console'/><target port='0'/></serial>" >"$work/domain"
ok "<qemu:override>: the domain starts" virsh create "$work/domain"
is_off() { ! virsh domstate bootstamp-test >/dev/null 2>&1; }
ok "<qemu:override>: and ends" wait_for 120 is_off
like "$("$BOOTSTAMP" info "$work/team/console.bst")" 'stamp \(isa-serial 0x3f8\), 1000000 bytes' "<qemu:override>: the port writes to the capture"
ok "<qemu:override>: and what libvirt configured still gets the same" cmp <(raw_of "$work/team/console.bst") "$work/console"
is "$(stat -c '%a %u' "$work/team/console.bst")" "640 $user" "BOOTSTAMP_MODE: a team may read it"
like "$("$BOOTSTAMP" list "$work/team")" "^$(id -nu "$user") +ended .*console\.bst" "list FOLDER lists the team's captures"

if command -v virt-install >/dev/null; then
    # virt_install OPTION...: a domain that is gone when it ends
    virt_install() {
        virt-install --name bootstamp-test --memory 64 --vcpus 1 --virt-type qemu --machine pc --disk none --import \
            --osinfo detect=off,require=off --network none --graphics none --memballoon none --transient --noautoconsole "$@"
    }
    touch "$work/domain"
    try "virt-install --boot emulator=" virt_install --boot "emulator=$work/wrapper"
    touch "$work/domain"
    try "virt-install --qemu-commandline" virt_install --qemu-commandline="env=LD_PRELOAD=$build/chardev-timestamp.so" \
        --qemu-commandline=env=BOOTSTAMP_RUN=if-fits --qemu-commandline=env=BOOTSTAMP_SERIAL=all
else
    skip "virt-install" "not installed: apt-get install virtinst"
fi

# qemu:///session: a daemon of another user, whose session's folder QEMU is not told of
session_user=nobody
user=$(id -u $session_user)
home=$work/home
install -d -m 700 -o "$user" "$home" "$home/run"
as_user=(setpriv --reuid "$user" --regid "$(id -g $session_user)" --clear-groups env HOME="$home" XDG_RUNTIME_DIR="$home/run"
    XDG_CONFIG_HOME="$home" XDG_CACHE_HOME="$home" XDG_DATA_HOME="$home" LIBVIRT_DEFAULT_URI=qemu:///session)
as_user() { "${as_user[@]}" "$@"; }
# Not by the function: it is to be this shell's child.
"${as_user[@]}" libvirtd >"$work/session.log" 2>&1 &
daemons+=($!)
wait_for 30 as_user virsh version >/dev/null 2>&1
captures="/tmp/bootstamp-$user $home/run/bootstamp"
newest() {
    # shellcheck disable=SC2086  # two folders
    find $captures -name '*.bst' -newer "$work/domain" 2>/dev/null
}
domain "" "$(environment "${variables[@]}")" >"$work/domain"
ok "qemu:///session: the domain starts" as_user virsh create "$work/domain"
wait_for 30 has_capture
is "$(newest | wc -l)" 1 "qemu:///session: one capture"
capture=$(newest | head -n 1)
diag "in $capture"
ok "qemu:///session: with the firmware's lines" wait_for 30 has_boot "$capture"
like "$(as_user "$BOOTSTAMP" list)" "^live .* $capture" "qemu:///session: the user's list finds it"
like "$(as_user "$BOOTSTAMP" info)" "^capture +$capture" "qemu:///session: and info, without a name"
like "$(as_user env -u XDG_RUNTIME_DIR "$BOOTSTAMP" list)" "^live .* $capture" "qemu:///session: also without XDG_RUNTIME_DIR"
as_user virsh destroy bootstamp-test >/dev/null
rm -rf "/tmp/bootstamp-$user"
done_testing
