# shellcheck shell=sh
# qemu-configure.sh: run the configure script of any QEMU on this machine.  To be
# sourced by scripts that have $tools and die():
#
#   use_meson SOURCE           puts the meson that this source wants into PATH
#   configure_qemu SOURCE LOG OPTION...
#                              in this folder, without features that are not
#                              asked for; what it says goes to LOG

# From 8.1 QEMU says which meson it wants, and a release may have an older one:
# later ones are unpacked, not installed.
use_meson() {
    wanted=$(sed -n 's/^meson = .*">=\([0-9.]*\).*/\1/p' "$1/pythondeps.toml" 2>/dev/null |
        head -n 1)
    [ -n "$wanted" ] || return 0
    tools_dir=${BOOTSTAMP_BUILD:-$(dirname "$tools")/build}/qemu-tools
    mkdir -p "$tools_dir"
    tools_dir=$(cd "$tools_dir" && pwd)
    if ! meson_is "$wanted"; then
        path_before=$PATH
        for release in trixie sid; do
            "$tools/fetch-source.sh" -b -s $release meson - "$tools_dir/meson-$release"
            PATH=$tools_dir/meson-$release/usr/bin:$path_before
            PYTHONPATH=$tools_dir/meson-$release/usr/lib/python3/dist-packages
            export PATH PYTHONPATH
            ! meson_is "$wanted" || break
        done
        meson_is "$wanted" || die "this QEMU wants meson $wanted, and Debian has none so new"
    fi
    # Upstream demands these; pycotap is left out of Debian's source, the others
    # are for QEMU's Python tools (11.1), and no release before 11 has all of them.
    for module in pycotap wheel setuptools pip; do
        if grep -qE "^\"?$module\"? = " "$1/pythondeps.toml" && ! python3 -c "import $module" 2>/dev/null; then
            "$tools/fetch-source.sh" -b -s trixie "python3-$module" - "$tools_dir/$module"
            PYTHONPATH=${PYTHONPATH:+$PYTHONPATH:}$tools_dir/$module/usr/lib/python3/dist-packages
            export PYTHONPATH
        fi
    done
}

# meson_is VERSION: this one or a later one is there
meson_is() {
    have=$(meson --version 2>/dev/null) &&
        [ "$(printf '%s\n' "$1" "$have" | sort -V | head -n 1)" = "$1" ]
}

configure_qemu() {
    from=$1 to=$2
    shift 2
    # Options that came and went; --help already leaves files behind.  Up to 8.0
    # the meson is chosen; later ones run the one they find with the python given,
    # and may want to download what is missing.
    help=$("$from/configure" --help 2>/dev/null </dev/null || :)
    rm -rf ./*
    if offer --meson=; then
        set -- "$@" --meson="$(command -v meson)"
    else
        set -- "$@" --python="$(command -v python3)"
    fi
    if offer --disable-download; then
        set -- "$@" --disable-download
    fi
    # Distributions' sources come without firmware.
    # CFLAGS in the environment are meant for bootstamp; QEMU would refuse some.
    env -u CFLAGS -u LDFLAGS -u CPPFLAGS "$from/configure" --without-default-features \
        --enable-system --enable-tcg --enable-modules --enable-fdt=system \
        --disable-install-blobs "$@" >"$to" 2>&1 </dev/null
}

offer() {
    case $help in
    *"$1"*) return 0 ;;
    *) return 1 ;;
    esac
}
