#!/bin/sh
# Unpack the source of a Debian package, patches applied, into a folder.
#
#   tools/fetch-source.sh [-b] [-a ARCH] [-s SUITE]... PACKAGE VERSION DESTDIR
#
# VERSION is a source version (dpkg-query's ${source:Version}) or "-" for the
# newest one that the mirror has: lists may name newer ones that it has not yet.
# -s looks into another release (trixie, sid) instead of this one.  -b unpacks
# the binary package (nothing of it is run or installed; its control file is
# DEBIAN/control), for tools that a later release has.  -a is -b for another
# architecture, which the system need not know of: guests of that architecture.
#
# Where packages come from is this machine's own apt configuration: every
# enabled "deb" entry becomes a "deb-src" entry of a private list, so mirrors,
# proxies, signing keys and snapshot dates are those the administrator chose.
# The system's lists and cache stay untouched, and root is not needed.
set -eu

die() {
    printf 'bootstamp: fetch-source: %s\n' "$*" >&2
    exit 1
}

usage() {
    echo "usage: tools/fetch-source.sh [-b] [-a ARCH] [-s SUITE]... PACKAGE VERSION DESTDIR" >&2
    exit 2
}

suites='' kind=deb-src arch=
while getopts a:bs: opt; do
    case $opt in
    a) kind=deb arch=$OPTARG ;;
    b) kind=deb ;;
    s) suites="$suites $OPTARG" ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 3 ] || usage
package=$1 version=$2 dest=$3

# A finished copy is only ever put in place whole, so this test is enough.
if [ -d "$dest" ]; then
    exit 0
fi

for tool in apt-get apt-config dpkg-source flock; do
    command -v $tool >/dev/null ||
        die "'$tool' is missing; this needs Debian with 'apt-get install dpkg-dev'"
done

top=$(cd "$(dirname "$0")/.." && pwd)
# Each choice of suites has its own lists: they describe different releases.
apt=${BOOTSTAMP_BUILD:-$top/build}/apt/$(echo "own$suites" | tr ' ' '-')
[ $kind = deb-src ] || apt=$apt-binary${arch:+-$arch}
mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/cache/archives/partial"
apt=$(cd "$apt" && pwd)

# apt locks its lists and fails at once when they are busy: wait here instead.
exec 9>"$apt/lock"
flock 9
if [ -d "$dest" ]; then
    exit 0
fi

# --- the private list -------------------------------------------------------

# The release that this machine's entries name; the one to replace for -s.  On sid
# the system has the codename of the next release, and apt's entries say sid.
# shellcheck source=/dev/null
codename=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}") || :

# Both awk programs share this: which suites an entry gets.
#   "bookworm-updates" is "trixie-updates" under -s trixie; sid and experimental
#   have no such companions.  With -s, an entry of another vendor (a suite that
#   is not this release) gives nothing: its releases have names of their own.
suite_function='
function swap(old,    n, w, i, out, rest, to) {
    if (suites == "")
        return old
    n = split(suites, to, " ")
    for (i = 1; i <= n; i++) {
        if (match(old, "^(" codename "|stable|oldstable|testing|sid|unstable)($|[-/])")) {
            rest = substr(old, RLENGTH + 1)
            if (substr(old, RLENGTH, 1) ~ /[-\/]/)
                rest = substr(old, RLENGTH, 1) rest
            if (rest != "" && to[i] ~ /^(sid|unstable|experimental)$/)
                continue
            out = out (out == "" ? "" : " ") to[i] rest
        }
    }
    return out
}'

# deb822: paragraphs of fields, a field may continue on indented lines.
convert_sources() {
    awk -v kind=$kind -v arch="$arch" -v suites="${suites# }" -v codename="${codename:-none}" "$suite_function"'
    function flush(    i) {
        if (is_deb && enabled && has_suite) {
            print "Types: " kind
            for (i = 1; i <= count; i++)
                print line[i]
            print ""
        }
        count = is_deb = has_suite = 0
        enabled = 1
    }
    BEGIN { enabled = 1 }
    /^#/ { next }
    /^[ \t]*$/ { flush(); next }
    /^[ \t]/ {
        # goes on with the field above; "." lines of a key among them
        if (field == "suites") {
            value = $0
            sub(/^[ \t]+/, "", value)
            add_suites(value)
        } else if (field != "types" && field != "enabled" && !dropped()) {
            line[++count] = $0
        } else if (field == "types" && (" " $0 " ") ~ /[ \t]deb[ \t]/) {
            is_deb = 1
        }
        next
    }
    # It may name the architecture of this machine alone.
    function dropped() { return field == "architectures" && arch != "" }
    function add_suites(value,    n, word, i, out, s) {
        n = split(value, word, /[ \t]+/)
        for (i = 1; i <= n; i++) {
            s = word[i] == "" ? "" : swap(word[i])
            if (s != "")
                out = out " " s
        }
        if (out != "") {
            line[++count] = (field_started ? "" : "Suites:") out
            field_started = has_suite = 1
        }
    }
    {
        field = tolower($0)
        sub(/[ \t]*:.*/, "", field)
        value = $0
        sub(/^[^:]*:[ \t]*/, "", value)
        if (field == "types") {
            is_deb = (" " value " ") ~ /[ \t]deb[ \t]/
        } else if (field == "enabled") {
            enabled = tolower(value) !~ /^(no|false|without|off|disable|0)/
        } else if (field == "suites") {
            field_started = 0
            add_suites(value)
        } else if (!dropped()) {
            line[++count] = $0
        }
    }
    END { flush() }' "$1"
}

# One line each: deb [options] URI SUITE COMPONENT...
convert_list() {
    awk -v kind=$kind -v arch="$arch" -v suites="${suites# }" -v codename="${codename:-none}" "$suite_function"'
    $1 == "deb" {
        sub(/#.*/, "")
        if (arch != "")
            sub(/arch=[^] \t]*/, "arch=" arch)
        at = 2
        if ($2 ~ /^\[/)
            while (at <= NF && $(at++) !~ /\]$/)
                ;
        # $(at) is the URI, the next one the suite
        n = split(swap($(at + 1)), to, " ")
        for (i = 1; i <= n; i++) {
            out = kind
            for (f = 2; f <= NF; f++)
                out = out " " (f == at + 1 ? to[i] : $f)
            print out
        }
    }' "$1"
}

eval "$(apt-config shell main Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
rm -rf "$apt/parts.new"
mkdir "$apt/parts.new"
number=0
for file in "${main:-}" "${parts:-/nonexistent/}"*.list "${parts:-/nonexistent/}"*.sources; do
    [ -r "$file" ] || continue
    number=$((number + 1))
    case $file in
    *.sources) out=$apt/parts.new/$number.sources; convert_sources "$file" >"$out" ;;
    *) out=$apt/parts.new/$number.list; convert_list "$file" >"$out" ;;
    esac
    [ -s "$out" ] || rm "$out"
done
[ -n "$(ls "$apt/parts.new")" ] ||
    die "apt's configuration has no usable 'deb' entry${suites:+ for suite$suites};" \
        "add one to /etc/apt/sources.list"

# Lists of another configuration must not answer for this one.
if ! diff -r "$apt/parts" "$apt/parts.new" >/dev/null 2>&1; then
    rm -rf "$apt/lists"
    mkdir -p "$apt/lists/partial"
fi
rm -rf "$apt/parts"
mv "$apt/parts.new" "$apt/parts"

# --- update and download ----------------------------------------------------

# apt reads this file as the last part of its configuration.
cat >"$apt/apt.conf" <<EOF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/parts";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
EOF
# As root, apt would drop to the user _apt, who cannot write into our folders.
if [ "$(id -u)" -eq 0 ]; then
    echo 'APT::Sandbox::User "root";' >>"$apt/apt.conf"
fi
foreign=${arch:+-o APT::Architecture=$arch -o APT::Architectures=$arch}
# with_lists APT-COMMAND ARGUMENT...
with_lists() {
    command=$1
    shift
    # -o for the folders too: a plain APT_CONFIG is read before apt.conf.d,
    # which may set them (docker-clean does) and would win.
    # shellcheck disable=SC2086
    LC_ALL=C "$command" -q -c "$apt/apt.conf" $foreign \
        -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/parts" \
        -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" "$@"
}
private_apt() { with_lists apt-get -y "$@"; }
private_apt_cache() { with_lists apt-cache "$@"; }

mkdir -p "$(dirname "$dest")"
dest=$(cd "$(dirname "$dest")" && pwd)/$(basename "$dest")
tmp=$(mktemp -d "$(dirname "$dest")/.unpack.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
log=$apt/log
: >"$log"

# download VERSION: afterwards $tmp holds one folder
download() {
    rm -rf "${tmp:?}"/*
    (
        cd "$tmp" || exit 1
        if [ $kind = deb-src ]; then
            private_apt source --only-source "$package=$1"
        else
            private_apt download "$package=$1" &&
                dpkg-deb -R ./*.deb tree
        fi
    ) >>"$log" 2>&1
}

# What the lists offer, newest first.
versions() {
    if [ $kind = deb-src ]; then
        private_apt_cache showsrc --only-source "$package"
    else
        private_apt_cache show "$package"
    fi 2>>"$log" | sed -n 's/^Version: //p' | sort -r -u -V
}

# Lists of an earlier run usually still name the version: one request less.
# "Newest" always wants fresh ones.
fetched=no
if [ "$version" != - ] && [ -n "$(find "$apt/lists" -name '*_Sources*' -o -name '*_Packages*')" ]; then
    download "$version" && fetched=yes
fi
if [ $fetched = no ]; then
    # An entry without sources, or a vendor's host that does not answer, is no
    # reason to stop: what counts is whether the package turns up.
    private_apt update >>"$log" 2>&1 || :
    wanted=$version
    [ "$version" != - ] || wanted=$(versions)
    for candidate in $wanted; do
        if download "$candidate"; then
            fetched=yes
            break
        fi
        [ "$version" != - ] ||
            printf 'bootstamp: fetch-source: the mirror lists %s %s but does not have it\n' \
                "$package" "$candidate" >&2
    done
fi
if [ $fetched = no ]; then
    sed 's/^/    /' "$log" | grep -E '(E|W|Err):?' | tail -n 12 >&2 || :
    [ "$version" != - ] || version=any
    die "cannot get the package '$package${arch:+:$arch}' (version: $version)${suites:+ from$suites}" \
        "with apt; see $log"
fi

# apt-get source leaves the archives beside the one unpacked folder.
tree=
for folder in "$tmp"/*/; do
    [ -d "$folder" ] && tree=${folder%/}
done
[ -n "$tree" ] ||
    die "nothing was unpacked of '$package'; see $log (is dpkg-dev installed?)"
mv -T "$tree" "$dest"
