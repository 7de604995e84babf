#!/bin/sh
# enter.sh WORK HOSTNAME LAST_PID ONE_CPU EMULATOR PROGRAM...: runs a program on the machine that WORK/machine describes.
# EMULATOR: a file of binfmt.d(5) that names the interpreter of a foreign architecture; empty when none is needed.
# Runs as root of namespaces of its own. Ends with 125 when something of the real machine cannot be hidden.
set -eu
umask 022
work=$1 hostname=$2 last_pid=$3 one_cpu=$4 emulator=$5
shift 5
made=$work/made
must() {
  "$@" || { echo "sandbox: $* failed" >&2; exit 125; }
}

# in memory: the list of mounts must not name this machine's disk
mkdir -p "$made"
must mount -t tmpfs -o mode=755 interlock "$made"
must cp -R "$work/machine/." "$made"
mkdir "$made/binfmt_misc"
if [ -n "$emulator" ]; then
  # a register of this user namespace alone: nothing is changed on the build host
  must mount -t binfmt_misc binfmt_misc "$made/binfmt_misc"
  must sh -c 'cat "$1" > "$2"' sh "$emulator" "$made/binfmt_misc/register"
elif [ -e /proc/sys/fs/binfmt_misc/register ]; then must mount --rbind /proc/sys/fs/binfmt_misc "$made/binfmt_misc"; fi

must hostname "$hostname"
# programs talk to servers that they start, and some ask for an address before they do anything; ip(8) may be missing
loopback='socket(my $any, AF_INET, SOCK_DGRAM, 0); my $up = pack("a16 s x22", "lo", 0x49); ioctl($any, 0x8914, $up) or die "$!\n"'
must perl -MSocket -e "$loopback"
# a container may forbid a new one; its own is then covered in the same way
mount -t proc proc /proc 2> /dev/null || true
if [ -e "$made/binfmt_misc/register" ]; then must mount --rbind "$made/binfmt_misc" /proc/sys/fs/binfmt_misc; fi
if [ "$last_pid" -gt 0 ]; then must sh -c "echo $last_pid > /proc/sys/kernel/ns_last_pid"; fi

for name in $(cd "$made" && find proc etc -type f -o -type d -empty); do
  [ ! -e "/$name" ] || must mount --bind "$made/$name" "/$name"
done
must mount --bind "$made/sys" /sys
must mount -o remount,bind,ro /sys
if [ "$one_cpu" = true ]; then
  first=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\([0-9]*\).*/\1/p' /proc/self/status)
  must taskset --cpu-list --pid "$first" $$ > /dev/null
fi
cd /
unset OLDPWD
"$@"
