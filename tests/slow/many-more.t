#!/bin/sh
# tests/faults/many.t with 64 VMs.
VMS=${VMS:-64}
export VMS
exec "$(dirname "$0")/../faults/many.t"
