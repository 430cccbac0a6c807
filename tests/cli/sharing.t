#!/bin/sh
# Captures that others may read: mode=, group=, list FOLDER, list --all.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom
cd "$tmp" || exit 1
XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$tmp/run"
rom="-M pc -accel tcg -m 32 -nodefaults -display none -bios $guests/pattern-1000.rom"
# A group that we may give a file to, by its number and name
RUN="$BOOTSTAMP run -q --"
gid=$(id -G | tr ' ' '\n' | tail -n 1)
[ "$(id -u)" != 0 ] || gid=$(getent group nogroup | cut -d : -f 3)
group=$(getent group "$gid" | cut -d : -f 1)
rights() { stat -c '%a %g' "$1"; }

# --- run

mkdir -m 755 team
run_rom pattern-1000 -chardev "timestamp,id=dbg,path=team/own.bst"
is "$(rights team/own.bst)" "600 $(id -g)" "without them a capture is private"
# run OPTION...: one boot
# shellcheck disable=SC2086
run() { "$BOOTSTAMP" run -q "$@" -- "$QEMU" $rom >out 2>err </dev/null; }
run -c team/one.bst --mode 0640 --group "$gid"
is "$? $(rights team/one.bst)" "0 640 $gid" "run --mode --group"
run_rom pattern-1000 -chardev "timestamp,id=dbg,path=team/one.bst"
is "$(rights team/one.bst)" "640 $gid" "an existing one keeps them"
run -c team/one.bst --mode 604 --group "${group:-$gid}"
is "$(rights team/one.bst) $(raw_of team/one.bst | wc -c | tr -d ' ')" "604 $gid 1000" "or gets others"
for mode in 0 40 400 777 640x 1640 -600 rw ''; do
    run -c bad.bst --mode "$mode"
    is "$? $(grep -c "'$mode' is not a valid mode; it is octal" err)" "2 1" "--mode '$mode' is refused"
done
run -c bad.bst --group no-such-group
is "$? $(grep -c "there is no group 'no-such-group'" err)" "2 1" "a group that there is not"
ok "no capture is made then" test ! -e bad.bst
run -n 2 -c many --mode 644
is "$(rights many/boot-0002.bst)" "644 $(id -g)" "run -n --mode"
# By the environment alone, as with libvirt
# shellcheck disable=SC2086
LD_PRELOAD=$build/chardev-timestamp.so BOOTSTAMP_RUN=quiet BOOTSTAMP_MODE=640 BOOTSTAMP_GROUP=$gid \
    BOOTSTAMP_CAPTURE=$tmp/team/env.bst "$QEMU" $rom >out 2>err </dev/null
is "$? $(rights team/env.bst)" "0 640 $gid" "BOOTSTAMP_MODE, BOOTSTAMP_GROUP"
# shellcheck disable=SC2086
LD_PRELOAD=$build/chardev-timestamp.so BOOTSTAMP_RUN=quiet BOOTSTAMP_MODE=7 BOOTSTAMP_CAPTURE=$tmp/bad.bst \
    "$QEMU" $rom >out 2>err </dev/null
like "$? $(cat err)" "^1 .*'7' is not a valid mode" "a wrong one there ends QEMU"

# --- list

me=$(id -un 2>/dev/null || id -u)
"$BOOTSTAMP" list team >found
is "$(wc -l <found | tr -d ' ')" 3 "list FOLDER has the captures in it"
like "$(sed -n 1p found)" "^$me +ended .* team/env\.bst$" "the newest first, with its owner"
is "$("$BOOTSTAMP" list team many | wc -l | tr -d ' ')" 5 "list FOLDER FOLDER"
"$BOOTSTAMP" list team none >found 2>err
is "$? $(cat err)" "1 bootstamp: none: cannot list the folder: No such file or directory" "a folder that is not there"
"$BOOTSTAMP" list --all team >found 2>err
is $? 2 "list --all FOLDER is a usage error"
run_rom pattern-1000 -chardev timestamp,id=dbg
"$BOOTSTAMP" list --all >found
is "$(grep -c "^$me  *ended .* $tmp/run/bootstamp/boot-" found)" 1 "list --all has one's own"
is "$(grep -c 'team/\|many/' found)" 0 "of the default folders"
if [ "$(id -u)" = 0 ]; then
    mkdir -m 700 bootstamp-54321 bootstamp-54322 bootstamp-54323
    cp team/own.bst bootstamp-54321/his.bst
    cp team/own.bst bootstamp-54322/planted.bst
    cp team/own.bst bootstamp-54323/open.bst
    chown -R 54321:54321 bootstamp-54321
    chown 54322:54322 bootstamp-54322
    chown -R 54323:54323 bootstamp-54323
    chmod 755 bootstamp-54323
    ln -s bootstamp-54321 bootstamp-54324
    "$BOOTSTAMP" list --all >found
    is "$(grep -c '^54321  *ended .*/bootstamp-54321/his\.bst$' found)" 1 "list --all: another user's, with the owner"
    is "$(grep -c 'planted\|open\|54324' found)" 0 "not what somebody else put there, an open folder, a link"
    "$BOOTSTAMP" list >found
    is "$(grep -c bootstamp-5432 found)" 0 "list without it: one's own only"
    chmod 755 "$tmp"
    chgrp "$gid" team/one.bst
    chmod 640 team/one.bst
    is "$(setpriv --reuid 54321 --regid "$gid" --clear-groups "$BOOTSTAMP" export --format raw team/one.bst | wc -c | tr -d ' ')" \
        1000 "a member of the group reads it"
else
    skip "other users' captures" "not root"
fi
done_testing
