#!/bin/sh
# change-tree.sh WORK MOUNT UNMOUNT: unpacks before.tar, runs every script in the tree, packs after.tar.
set -eu
umask 022
work=$1 mount=$2 unmount=$3
tree=$work/tree
mkdir -m 755 "$tree"
tar --extract --preserve-permissions --numeric-owner --xattrs --xattrs-include='*' --file "$work/before.tar" --directory "$tree"

sh "$mount" "$tree" tmp run
for script in "$work"/scripts/*; do
  name=${script##*/}
  cp "$script" "$tree/run/$name"
  chmod 755 "$tree/run/$name"
  chroot "$tree" "/run/$name" > "$work/output" 2>&1 < /dev/null || {
    status=$?
    echo "$name ended with status $status:" >&2
    tail -n 6 "$work/output" >&2
    exit 1
  }
done
sh "$unmount" "$tree" tmp run

tar --create --format=posix --sort=name --numeric-owner --xattrs --xattrs-include='*' --file "$work/after.tar" --directory "$tree" .
rm -rf "$tree"
