#!/bin/sh
# tests/faults/kill9.t with more kills.
KILLS=${KILLS:-200}
export KILLS
exec "$(dirname "$0")/../faults/kill9.t"
