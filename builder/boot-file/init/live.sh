# A live boot: the root lies on a medium, or came with the initrd by the network; state is kept in memory.

# A program that the network brought takes a command line from its loader in place of its own; iPXE gives it its name. Then its
# own comes first and the loader's after it, for everybody who reads it later. With Secure Boot on, the program takes none.
take_own_command_line() {
    [ -e /interlock/cmdline ] || return 0
    mkdir -p /run/interlock
    echo "$(cat /interlock/cmdline) $(cat /proc/cmdline)" >/run/interlock/cmdline
    mount -o bind /run/interlock/cmdline /proc/cmdline
}

prepare_live() {
    place=medium
    patience=90
    while read -r module; do
        insmod "$module" 2>/dev/null || say "$module was not loaded"
    done </modules.live
    deadline=$(($(uptime_seconds) + patience))
    mkdir -p /run/interlock/medium
    echo "$live" >/run/interlock/live
}

# Opens the medium's root; fails while the medium has not appeared.
open_live() {
    folder=/run/interlock/medium/interlock
    [ -e $folder/medium.json ] || take_archive || find_medium || return 1
    losetup -r /dev/loop0 $folder/root.img 2>/dev/null
    losetup -r /dev/loop1 $folder/verity.img || return 1
    create_device loop0 loop1
}

# What the network brought is in the initrd's own file system, which is emptied when the root takes over.
take_archive() {
    is_manifest /interlock/medium.json || return 1
    slot=network
    mount -t tmpfs -o nosuid,nodev,noexec,mode=0700,size=100% tmpfs /run/interlock/medium
    mkdir $folder
    for file in /interlock/*; do mv "$file" $folder || give_up "there is too little memory for the medium"; done
}

# The volume is called by the root hash, and its manifest is the very one that the command line names.
find_medium() {
    wanted="INTERLOCK_$(printf %.16s "$root_hash" | tr a-f A-F)"
    for file in /sys/class/block/*; do
        device=${file##*/}
        case $device in loop* | ram* | dm-*) continue ;; esac
        [ "$(dd if="/dev/$device" bs=1 skip=32808 count=26 2>/dev/null)" = "$wanted" ] || continue
        mount -t iso9660 -o ro,nosuid,nodev,noexec "/dev/$device" /run/interlock/medium || continue
        if is_manifest $folder/medium.json; then
            slot=$device
            return 0
        fi
        umount /run/interlock/medium
    done
    return 1
}

is_manifest() {
    [ -e "$1" ] && [ "$(sha256sum <"$1" | cut -c1-64)" = "$live" ]
}

# State and the changes to /etc, gone with the power.
mount_live_state() {
    mount -t tmpfs -o nosuid,nodev,mode=0755 tmpfs /sysroot/var || give_up "there is no memory for the state"
    lay_etc
}
