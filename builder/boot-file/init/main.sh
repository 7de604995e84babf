#!/usr/bin/busybox sh
# Process 1 of the initrd: finds the slot whose root hash the kernel command line names, opens it through dm-verity,
# mounts it read-only, lays the host's state and its /etc over it and hands over to it. Whatever goes wrong ends in a
# reboot, which the boot loader has counted.
#
#   interlock.roothash=HEX   hex root hash of the slot to boot (in the signed command line of the UKI)
#   interlock.watchdog=1     keep a hardware watchdog running from here on; the root's systemd must take it over
#   interlock.loader, interlock.esp, interlock.generation, interlock.trial   what GRUB says of itself: see facts.sh
#   interlock.live=HEX       take the root from the medium whose manifest has this SHA-256, and keep state in memory
#   init=PATH                what to run in the root instead of systemd

/usr/bin/busybox mkdir -p /bin
/usr/bin/busybox --install -s /bin
export PATH=/usr/sbin:/usr/bin:/bin

patience=30
place=slot
secure_boot_variable=SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
loader_vendor=4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
verity_types='ed57732cd2ebd946aec123d437ec2bf5 ce0033df9fd6924c978c9bfb0f38d820' # x86-64, arm64; as GPT stores them

main() {
    mount -t proc -o nosuid,nodev,noexec proc /proc
    mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
    mount -t devtmpfs -o nosuid,mode=0755 devtmpfs /dev
    mount -t tmpfs -o nosuid,nodev,strictatime,mode=0755,size=20% tmpfs /run

    [ -n "$(parameter interlock.roothash)" ] || take_own_command_line
    root_hash=$(parameter interlock.roothash)
    watchdog=$(parameter interlock.watchdog)
    init=$(parameter init)
    is_root_hash "$root_hash" || give_up "the command line names no root hash"

    while read -r module; do
        # the kernel complains at length about a driver whose bus is not there
        case $module in */hv_storvsc.ko) [ -d /sys/module/hv_vmbus ] || continue ;; esac
        insmod "$module" 2>/dev/null || say "$module was not loaded"
    done </modules

    learn_facts
    deadline=$(($(uptime_seconds) + patience))
    live=$(parameter interlock.live)
    [ -z "$live" ] || prepare_live
    until coldplug; open_root; do
        feed_watchdog
        [ "$(uptime_seconds)" -lt "$deadline" ] || give_up "no $place holds root hash $root_hash"
        sleep 0.2
    done

    if [ -e /lib/modules ] && [ ! -c /dev/watchdog0 ]; then modprobe softdog; fi
    [ -b /dev/mapper/root ] || dmsetup mknodes root
    mount -t erofs -o ro /dev/mapper/root /sysroot || give_up "the root of slot $slot cannot be mounted"
    say "$place $slot, root hash $root_hash"
    feed_watchdog
    if [ -n "$live" ]; then
        mount_live_state
    else
        mount_state
        take_configuration
    fi
    for folder in dev proc run sys; do
        mount --move "/$folder" "/sysroot/$folder" || give_up "the root has no /$folder"
    done
    exec switch_root /sysroot "${init:-/usr/lib/systemd/systemd}"
}

# Loads the drivers of the devices that have appeared; behind those may be more.
coldplug() {
    [ -e /lib/modules ] || return 0
    found=$(cat /sys/bus/*/devices/*/modalias 2>/dev/null | sort -u)
    [ "$found" != "$asked" ] || return 0
    asked=$found
    modprobe -a $found 2>/dev/null
}

open_root() {
    if [ -n "$live" ]; then open_live; else open_slot; fi
}

# Opens the slot that holds the root hash; fails while its disk has not appeared.
open_slot() {
    disk=
    if [ -n "$esp" ]; then
        disk=$(disk_with_partition "$(stored_guid "$esp")") || return 1
    fi
    for hash in $(partitions); do
        [ -z "$disk" ] || [ "$(disk_of "$hash")" = "$disk" ] || continue
        is_verity_of_root "$hash" || continue
        slot=$(partition_name "$hash")
        slot=${slot#verity-}
        data=$(sibling "$hash" "root-$slot") || continue
        create_device "$data" "$hash" && return 0
    done
    return 1
}

# dm-verity, data partition $1, hash partition $2. A damaged block must end the boot, or nothing falls back.
create_device() {
    blocks=$(little_endian "$(hex "/dev/$2" 72 8)")
    salt=$(hex "/dev/$2" 88 "$(little_endian "$(hex "/dev/$2" 80 2)")")
    dmsetup create root --readonly --noudevsync --table \
        "0 $((blocks * 8)) verity 1 /dev/$1 /dev/$2 4096 4096 $blocks 1 sha256 $root_hash $salt 1 panic_on_corruption"
}

# A partition of type root-verity whose superblock carries the first half of the root hash as its uuid.
is_verity_of_root() {
    type=$(gpt_entry "$1" | cut -c1-32)
    case " $verity_types " in *" $type "*) ;; *) return 1 ;; esac
    [ "$(hex "/dev/$1" 0 8)" = 7665726974790000 ] || return 1
    [ "$(hex "/dev/$1" 16 16)" = "$(printf %.32s "$root_hash")" ]
}
