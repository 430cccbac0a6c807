# shellcheck shell=bash
# $tmp, $src, $build and $guests are of lib.sh.
# shellcheck disable=SC2154
# screen.sh: drive a program in a real terminal (tmux).  Source after lib.sh:
#
#   screen_start WIDTH HEIGHT COMMAND...   a new terminal; afterwards "[status N]" is printed and a shell waits
#   screen [-e]                            what it shows now (-e: with colours)
#   keys KEY...                            as tmux send-keys names them
#   burst TEXT                             all at once, as a paste comes (a newline is Enter)
#   mouse CODE COLUMN ROW                  a button pressed (0; 64, 65: the wheel) or released (3), from 1 on
#   shows SECONDS ERE                      waits until the screen has it; false: it never did
#   sees NAME ERE                          the same as a test, within 15 seconds
#   resize WIDTH HEIGHT
# $screen_env: what the program gets in its environment; $screen_term: TERM in there.

command -v tmux >/dev/null || skip_all "no tmux"

screen_count=0
screen_server=bootstamp-test-$$-0
screen_env="LC_ALL=C.UTF-8"
screen_term=tmux-256color

tm() { env -u TMUX LC_ALL=C.UTF-8 tmux -L "$screen_server" -f /dev/null "$@"; }

screen_cleanup() {
    screen_status=$?
    tm kill-server 2>/dev/null
    (exit $screen_status)
    lib_cleanup
}
trap screen_cleanup EXIT

screen_start() {
    local width=$1 height=$2
    shift 2
    tm kill-server 2>/dev/null
    # A server that ends is not in the way of the next one.
    screen_count=$((screen_count + 1))
    screen_server=bootstamp-test-$$-$screen_count
    cat >"$tmp/screen-run" <<END
export TERM=$screen_term XDG_CONFIG_HOME=\${XDG_CONFIG_HOME:-$tmp/config} XDG_STATE_HOME=$tmp/state $screen_env
cd '$tmp' || exit
stty -a >'$tmp/stty.before'
export PS1='shell> '
$*
echo "[status \$?]"
stty -a >'$tmp/stty.after'
exec bash --norc -i
END
    tm new-session -d -x "$width" -y "$height" "PS1='shell> ' bash --norc $tmp/screen-run"
}

screen() { tm capture-pane -p "$@" 2>/dev/null; }
keys() { tm send-keys "$@"; }
burst() { tm set-buffer -- "$1" && tm paste-buffer; }
# As the terminal type has it: three characters, 32 more than they mean.
mouse() {
    local code
    printf -v code '\\%03o' $(($1 + 32)) $(($2 + 32)) $(($3 + 32))
    # shellcheck disable=SC2059
    burst "$(printf "\033[M$code")"
}
resize() { tm resize-window -x "$1" -y "$2"; }

screen_has() { screen | grep -E -q -e "$1"; }
shows() { wait_for "$1" screen_has "$2"; }

sees() {
    if shows 15 "$2"; then
        pass "$1"
    else
        fail "$1"
        diag "not on the screen: $2"
        screen | sed 's/^/#   /' >&2
        return 1
    fi
}

# The process that runs in the terminal under the name $1.
screen_pid() {
    local shell
    shell=$(tm list-panes -F '#{pane_pid}')
    pgrep -P "$shell" -x "$1"
}

# make_capture ARGS: tests/terminal/make-capture.c, compiled at the first call
make_capture() {
    if [ ! -x "$tmp/make-capture" ]; then
        # shellcheck disable=SC2046
        compile -std=gnu11 -D_GNU_SOURCE -O2 -iquote "$src" -iquote "$build" -o "$tmp/make-capture" \
            "$src/tests/terminal/make-capture.c" "$build/libcapture.a" \
            $(pkg-config --cflags --libs glib-2.0) -pthread -lm >"$tmp/make-capture.log" 2>&1 ||
            skip_all "cannot compile make-capture: $(head -n 1 "$tmp/make-capture.log")"
    fi
    "$tmp/make-capture" "$@"
}

# start_boot FILE [QEMU ARGS]: Linux boots in the background, debug port and console into one capture
start_boot() {
    local file=$1
    shift
    RUN="env LD_PRELOAD=$build/chardev-timestamp.so" MACHINE=q35 lib_qemu -m 512 \
        -kernel "$guests/vmlinuz" -initrd "$guests/initrd" -append "console=ttyS0 panic=-1 ${APPEND:-}" \
        -chardev "timestamp,id=dbg,path=$file" -chardev "timestamp,id=ser,path=$file" -serial chardev:ser "$@" &
    # shellcheck disable=SC2034 # for the test
    boot_job=$!
}
