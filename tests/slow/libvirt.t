#!/bin/bash
# The recipes of docs/libvirt.md with a real libvirtd (qemu:///system, TCG), which is started where none runs.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip_all "needs root: libvirtd starts QEMU as another user"
for tool in libvirtd virsh setpriv; do
    command -v $tool >/dev/null || skip_all "no $tool: apt-get install libvirt-daemon-system libvirt-clients"
done
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

# domain EMULATOR ENVIRONMENT: its description
domain() {
    cat <<END
<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>bootstamp-test</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>$1<serial type='pty'><target port='0'/></serial><console type='pty'/><memballoon model='none'/></devices>
  <qemu:commandline>$2</qemu:commandline>
</domain>
END
}
newest() { find "$captures" -name '*.bst' -newer "$work/domain" 2>/dev/null; }
has_boot() { "$BOOTSTAMP" phases "$1" 2>/dev/null | grep -q '^BIOS int 19'; }
# try NAME: the domain boots, and there is one capture of it
try() {
    ok "$1: the domain starts" virsh create "$work/domain"
    wait_for 30 test -n "$(newest)"
    is "$(newest | wc -l)" 1 "$1: one capture, and none by libvirt's questions"
    capture=$(newest | head -n 1)
    ok "$1: with the firmware's lines" wait_for 30 has_boot "$capture"
    like "$("$BOOTSTAMP" info "$capture")" 'charserial0 \(isa-serial 0x3f8\)' "$1: and the console, which is a pty as before"
    like "$(virsh ttyconsole bootstamp-test)" '^/dev/pts/' "$1: virsh console has it"
    like "$(virsh qemu-monitor-command bootstamp-test '{"execute":"x-query-boot-timestamps"}')" '"chardevs":\["bootstamp"' \
        "$1: the monitor can be asked"
    virsh destroy bootstamp-test >/dev/null
    like "$("$BOOTSTAMP" info "$capture")" '^state +ended' "$1: the capture ends with the domain"
    rm -f "$capture"
}

printf '#!/bin/sh\nexec %s run --if-fits --serial -- %s "$@"\n' "$BOOTSTAMP" "$(command -v "$QEMU")" >"$work/wrapper"
chmod 755 "$work/wrapper"
domain "<emulator>$work/wrapper</emulator>" "" >"$work/domain"
try "a wrapper as <emulator>"

domain "" "<qemu:env name='LD_PRELOAD' value='$build/chardev-timestamp.so'/>
    <qemu:env name='BOOTSTAMP_RUN' value='if-fits'/><qemu:env name='BOOTSTAMP_SERIAL' value='all'/>" >"$work/domain"
try "<qemu:env>"
done_testing
