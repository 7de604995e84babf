#!/bin/sh
# unmount-tree.sh TREE [FOLDER...]: takes back what mount-tree.sh gave.
set -eu
tree=$1
shift
# with all that is mounted below: some of it cannot be taken away one by one
for folder in dev proc sys "$@"; do umount --lazy "$tree/$folder"; done
