#!/bin/sh
# mount-tree.sh TREE [FOLDER...]: gives a tree the sandbox's devices, /proc and /sys, and empties the named folders.
set -eu
tree=$1
shift
must() {
  "$@" || { echo "sandbox: $* failed" >&2; exit 125; }
}
for folder in dev proc sys "$@"; do [ -d "$tree/$folder" ] || mkdir "$tree/$folder"; done
must mount -t tmpfs -o mode=755 tmpfs "$tree/dev"
for device in null zero full random urandom; do
  : > "$tree/dev/$device"
  must mount --bind "/dev/$device" "$tree/dev/$device"
done
ln -s /proc/self/fd "$tree/dev/fd"
mkdir "$tree/dev/shm"
must mount --rbind /proc "$tree/proc"
must mount --rbind /sys "$tree/sys"
for folder in "$@"; do must mount -t tmpfs -o mode="$(stat -c %a "$tree/$folder")" tmpfs "$tree/$folder"; done
