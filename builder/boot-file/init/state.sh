# Repairs and mounts the state partition of the booted disk on /var, and the host's own /etc over the image's, which
# stays to be seen in /run/interlock/image-etc. The lower /etc changes with every update: none of overlayfs's features
# that remember it may be on.
mount_state() {
    state=$(sibling "$data" state) || give_up "the disk has no state partition"
    repair_state
    mount -t ext4 "/dev/$state" /sysroot/var || give_up "the state cannot be mounted"
    lay_etc
    state_fills_disk || echo "DISK=/dev/$(disk_of "$data")" >/run/interlock/grow
}

lay_etc() {
    own=/sysroot/var/lib/interlock/etc
    mkdir -p "$own/upper" "$own/work" /run/interlock/image-etc
    mount --bind /sysroot/etc /run/interlock/image-etc
    mount -t overlay overlay /sysroot/etc -o \
        "lowerdir=/sysroot/etc,upperdir=$own/upper,workdir=$own/work,index=off,metacopy=off,redirect_dir=off,xino=off" ||
        give_up "/etc cannot be mounted"
}

# False when the disk goes on behind the state, or the partition behind the file system. Room for the backup table and
# for what alignment leaves is no room to grow; nor are the last 8 MiB, for ext4 drops a group too small for its tables.
state_fills_disk() {
    sectors=$(cat "/sys/class/block/$state/size")
    end=$(($(cat "/sys/class/block/$state/start") + sectors))
    [ $(($(cat "/sys/class/block/$(disk_of "$data")/size") - end)) -le 4096 ] || return 1
    [ "$(little_endian "$(hex "/dev/$state" 1028 4)")" -ge $((sectors / 8 - 2048)) ]
}

# e2fsck ends with less than 4 when the file system is sound.
repair_state() {
    start_feeding
    e2fsck -p "/dev/$state" >/dev/null 2>&1
    [ $? -lt 4 ] || e2fsck -y "/dev/$state" >/dev/null 2>&1
    [ $? -lt 4 ] || say "the state on $state could not be repaired"
    stop_feeding
}

# What the installer left for this host goes into /etc once, on the first boot.
take_configuration() {
    taken=/sysroot/var/lib/interlock/configured
    [ ! -e $taken ] || return 0
    unpack_configuration || return 0
    sync
    echo >$taken
    sync
}

# A damaged archive is said and tried again at the next boot; so is one that Secure Boot forbids.
unpack_configuration() {
    mkdir -p /run/esp
    esp_partition=$(sibling "$data" esp) && mount -t vfat -o ro "/dev/$esp_partition" /run/esp || return 1
    status=0
    archive=/run/esp/interlock/config.cpio
    if [ -e $archive ]; then
        if [ "$secure_boot" = 01 ] && ! is_signed; then
            say "Secure Boot is on: the configuration on the ESP is not taken: $reason"
            status=1
        elif (cd /sysroot/etc && cpio -i -d -u <$archive 2>/dev/null); then
            say "the host's configuration was taken from the ESP"
        else
            say "the host's configuration on the ESP is damaged"
            status=1
        fi
    fi
    umount /run/esp
    return $status
}

# Whether a key of the firmware signed the archive; the verified root's own agent checks a copy, which is what is taken.
is_signed() {
    reason='it has no signature'
    [ -e $archive.sig ] || return 1
    cp $archive $archive.sig /run/interlock
    archive=/run/interlock/config.cpio
    for folder in dev proc run sys; do mount --bind /$folder /sysroot/$folder; done
    mount -t efivarfs -o ro,nosuid,nodev,noexec efivarfs /sysroot$variables
    start_feeding
    reason=$(chroot /sysroot /usr/bin/interlock-agent verify $archive 2>&1)
    signed=$?
    stop_feeding
    umount /sysroot$variables
    for folder in dev proc run sys; do umount /sysroot/$folder; done
    return $signed
}
