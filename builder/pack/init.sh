#!/usr/bin/busybox sh
# Process 1 of the initrd: finds the slot whose root hash the kernel command line names, opens it through dm-verity,
# mounts it read-only, lays the host's state and its /etc over it and hands over to it. Whatever goes wrong ends in a
# reboot, which systemd-boot has counted.
#
#   interlock.roothash=HEX   hex root hash of the slot to boot (in the signed command line of the UKI)
#   interlock.watchdog=1     keep a hardware watchdog running from here on; the root's systemd must take it over
#   init=PATH                what to run in the root instead of systemd

/usr/bin/busybox mkdir -p /bin
/usr/bin/busybox --install -s /bin
export PATH=/usr/sbin:/usr/bin:/bin

patience=30
secure_boot_variable=SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
loader_variable=LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
verity_types='ed57732cd2ebd946aec123d437ec2bf5 ce0033df9fd6924c978c9bfb0f38d820' # x86-64, arm64; as GPT stores them

main() {
    mount -t proc -o nosuid,nodev,noexec proc /proc
    mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
    mount -t devtmpfs -o nosuid,mode=0755 devtmpfs /dev
    mount -t tmpfs -o nosuid,nodev,strictatime,mode=0755,size=20% tmpfs /run

    root_hash=$(parameter interlock.roothash)
    watchdog=$(parameter interlock.watchdog)
    init=$(parameter init)
    is_root_hash "$root_hash" || give_up "the command line names no root hash"

    while read -r module; do
        # the kernel complains at length about a driver whose bus is not there
        case $module in */hv_storvsc.ko) [ -d /sys/module/hv_vmbus ] || continue ;; esac
        insmod "$module" 2>/dev/null || say "$module was not loaded"
    done </modules

    read_firmware
    deadline=$(($(uptime_seconds) + patience))
    until open_slot; do
        feed_watchdog
        [ "$(uptime_seconds)" -lt "$deadline" ] || give_up "no slot holds root hash $root_hash"
        sleep 0.2
    done

    [ -b /dev/mapper/root ] || dmsetup mknodes root
    mount -t erofs -o ro /dev/mapper/root /sysroot || give_up "the root of slot $slot cannot be mounted"
    say "slot $slot, root hash $root_hash"
    feed_watchdog
    mount_state
    take_configuration
    for folder in dev proc run sys; do
        mount --move "/$folder" "/sysroot/$folder" || give_up "the root has no /$folder"
    done
    exec switch_root /sysroot "${init:-/usr/lib/systemd/systemd}"
}

# Opens the slot that holds the root hash; fails while its disk has not appeared.
open_slot() {
    disk=
    if [ -n "$esp" ]; then
        disk=$(disk_with_partition "$esp") || return 1
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

# Repairs and mounts the state partition of the booted disk on /var, and the host's own /etc over the image's. The
# lower /etc changes with every update: none of overlayfs's features that remember it may be on.
mount_state() {
    state=$(sibling "$data" state) || give_up "the disk has no state partition"
    repair_state
    mount -t ext4 "/dev/$state" /sysroot/var || give_up "the state cannot be mounted"
    own=/sysroot/var/lib/interlock/etc
    mkdir -p "$own/upper" "$own/work"
    mount -t overlay overlay /sysroot/etc -o \
        "lowerdir=/sysroot/etc,upperdir=$own/upper,workdir=$own/work,index=off,metacopy=off,redirect_dir=off,xino=off" ||
        give_up "/etc cannot be mounted"
    mkdir -p /run/interlock
    state_fills_disk || echo "DISK=/dev/$(disk_of "$data")" >/run/interlock/grow
}

# False when the disk goes on behind the state, or the partition behind the file system. Room for the backup table and
# for what alignment leaves is no room to grow.
state_fills_disk() {
    sectors=$(cat "/sys/class/block/$state/size")
    end=$(($(cat "/sys/class/block/$state/start") + sectors))
    [ $(($(cat "/sys/class/block/$(disk_of "$data")/size") - end)) -le 4096 ] || return 1
    [ "$(little_endian "$(hex "/dev/$state" 1028 4)")" -ge $((sectors / 8)) ]
}

# e2fsck ends with less than 4 when the file system is sound. A long check must not look like a hang.
repair_state() {
    (while sleep 2; do feed_watchdog; done) &
    feeder=$!
    e2fsck -p "/dev/$state" >/dev/null 2>&1
    [ $? -lt 4 ] || e2fsck -y "/dev/$state" >/dev/null 2>&1
    [ $? -lt 4 ] || say "the state on $state could not be repaired"
    kill $feeder
}

# What the installer left for this host goes into /etc once, on the first boot.
take_configuration() {
    taken=/sysroot/var/lib/interlock/configured
    [ ! -e $taken ] || return 0
    if [ "$secure_boot" = 01 ]; then
        say "Secure Boot is on: the unsigned configuration on the ESP is not taken"
    else
        unpack_configuration || return 0
    fi
    sync
    echo >$taken
    sync
}

# A damaged archive is said and tried again at the next boot.
unpack_configuration() {
    mkdir -p /run/esp
    esp_partition=$(sibling "$data" esp) && mount -t vfat -o ro "/dev/$esp_partition" /run/esp || return 1
    status=0
    archive=/run/esp/interlock/config.cpio
    if [ -e $archive ]; then
        if (cd /sysroot/etc && cpio -i -d -u <$archive 2>/dev/null); then
            say "the host's configuration was taken from the ESP"
        else
            say "the host's configuration on the ESP is damaged"
            status=1
        fi
    fi
    umount /run/esp
    return $status
}

# A partition of type root-verity whose superblock carries the first half of the root hash as its uuid.
is_verity_of_root() {
    type=$(gpt_entry "$1" | cut -c1-32)
    case " $verity_types " in *" $type "*) ;; *) return 1 ;; esac
    [ "$(hex "/dev/$1" 0 8)" = 7665726974790000 ] || return 1
    [ "$(hex "/dev/$1" 16 16)" = "$(printf %.32s "$root_hash")" ]
}

# esp: unique GUID, as GPT stores it, of the partition that the boot loader came from; empty when it did not say.
# secure_boot: 01 when the firmware checks signatures.
read_firmware() {
    variables=/sys/firmware/efi/efivars
    [ -d $variables ] || return
    mount -t efivarfs -o ro,nosuid,nodev,noexec efivarfs $variables 2>/dev/null || return
    esp=$(tail -c +5 "$variables/$loader_variable" 2>/dev/null | tr -d '\000' | sed 's/-//g' |
        tr A-F a-f | sed 's/^\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\4\3\2\1\6\5\8\7/')
    secure_boot=$(hex "$variables/$secure_boot_variable" 4 1)
    umount $variables
}

# Names of all partitions, as in /sys/class/block.
partitions() {
    for file in /sys/class/block/*/partition; do
        [ -e "$file" ] || continue
        folder=${file%/partition}
        echo "${folder##*/}"
    done
}

# The disk that holds partition $1.
disk_of() {
    folder=$(readlink -f "/sys/class/block/$1")
    folder=${folder%/*}
    echo "${folder##*/}"
}

# The disk that holds the partition with unique GUID $1.
disk_with_partition() {
    for candidate in $(partitions); do
        if [ "$(gpt_entry "$candidate" | cut -c33-64)" = "$1" ]; then
            disk_of "$candidate"
            return 0
        fi
    done
    return 1
}

# The partition called $2 on the disk of partition $1.
sibling() {
    for other in $(partitions); do
        if [ "$(disk_of "$other")" = "$(disk_of "$1")" ] && [ "$(partition_name "$other")" = "$2" ]; then
            echo "$other"
            return 0
        fi
    done
    return 1
}

partition_name() {
    sed -n 's/^PARTNAME=//p' "/sys/class/block/$1/uevent"
}

# Type and unique GUID of partition $1, as GPT stores them: 64 hex digits. Entries lie from the third sector on.
gpt_entry() {
    of=$(disk_of "$1")
    sector=$(cat "/sys/class/block/$of/queue/logical_block_size")
    number=$(cat "/sys/class/block/$1/partition")
    hex "/dev/$of" $((2 * sector + (number - 1) * 128)) 32
}

# $3 bytes at offset $2 of file $1 as hex digits.
hex() {
    dd if="$1" bs=1 skip="$2" count="$3" 2>/dev/null | hexdump -v -e '1/1 "%02x"'
}

# The number that hex digits hold, lowest byte first.
little_endian() {
    echo $((0x$(echo "$1" | sed 's/../&\n/g' | tac | tr -d '\n')))
}

is_root_hash() {
    case $1 in *[!0-9a-f]*) return 1 ;; esac
    [ ${#1} -eq 64 ]
}

# Value of a parameter of the kernel command line.
parameter() {
    for word in $(cat /proc/cmdline); do
        case $word in "$1="*) echo "${word#*=}"; return ;; esac
    done
}

uptime_seconds() {
    cut -d. -f1 /proc/uptime
}

# Closing without the magic letter leaves the watchdog running.
feed_watchdog() {
    if [ "$watchdog" = 1 ] && [ -c /dev/watchdog0 ]; then echo >/dev/watchdog0; fi
}

say() {
    echo "<5>interlock: $*" >/dev/kmsg
}

give_up() {
    echo "<2>interlock: $*; rebooting" >/dev/kmsg
    sleep 1
    reboot -f
    exit 1
}

main
