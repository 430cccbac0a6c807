#!/bin/sh
# The loadable module in QEMU 10.0.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck disable=SC2034
version=10.0
# shellcheck source=tests/slow/module-version.sh
. "$(dirname "$0")/module-version.sh"
