#!/bin/sh
# Unpacks before.tar, runs every script in it, packs after.tar. Runs as root of its own mounts, without network.
set -eu
umask 022
work=$1
tree=$work/tree
mkdir -m 755 "$tree"
tar --extract --preserve-permissions --numeric-owner --xattrs --xattrs-include='*' --file "$work/before.tar" --directory "$tree"

mount -t tmpfs -o mode=755 tmpfs "$tree/dev"
for device in null zero full random urandom; do
  : > "$tree/dev/$device"
  mount --bind "/dev/$device" "$tree/dev/$device"
done
ln -s /proc/self/fd "$tree/dev/fd"
mount -t proc proc "$tree/proc"
mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
mount -t tmpfs -o mode=755 tmpfs "$tree/run"

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

umount "$tree/run" "$tree/tmp" "$tree/proc"
umount "$tree/dev/null" "$tree/dev/zero" "$tree/dev/full" "$tree/dev/random" "$tree/dev/urandom"
umount "$tree/dev"
tar --create --format=posix --sort=name --numeric-owner --xattrs --xattrs-include='*' --file "$work/after.tar" --directory "$tree" .
rm -rf "$tree"
