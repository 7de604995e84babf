# What started this kernel, for the units and the agent: /run/interlock/boot has it as lines key=value, and
# /run/interlock/trial exists while the boot is counted and nobody has confirmed it.
#
# loader, generation: systemd-boot, grub or none, and which of the generations it started.
# esp: unique GUID of the partition that the loader came from, empty when it did not say; trial: 1 for a counted boot.
# secure_boot: 01 when the firmware checks signatures.
learn_facts() {
    loader=none
    read_firmware
    [ "$loader" != none ] || [ "$secure_boot" = 01 ] || read_grub
    mkdir -p /run/interlock
    {
        echo "loader=$loader"
        [ -z "$esp" ] || echo "esp=$esp"
        [ -z "$generation" ] || echo "generation=$generation"
        if [ "$secure_boot" = 01 ]; then echo secure_boot=on; else echo secure_boot=off; fi
    } >/run/interlock/boot
    [ "$trial" != 1 ] || echo >/run/interlock/trial
}

# systemd-boot sets the entry that it took, and another variable when it has lowered the entry's counter. The stub alone
# names the partition too.
read_firmware() {
    variables=/sys/firmware/efi/efivars
    [ -d $variables ] || return
    mount -t efivarfs -o ro,nosuid,nodev,noexec efivarfs $variables 2>/dev/null || return
    secure_boot=$(hex "$variables/$secure_boot_variable" 4 1)
    esp=$(firmware_text LoaderDevicePartUUID | tr A-F a-f)
    if [ -e "$variables/LoaderInfo-$loader_vendor" ]; then
        loader=systemd-boot
        generation=$(firmware_text LoaderEntrySelected | sed -n 's/^interlock-\([0-9]\{1,15\}\)[+.].*$/\1/p')
        [ ! -e "$variables/LoaderBootCountPath-$loader_vendor" ] || trial=1
    fi
    umount $variables
}

# The text of a variable of systemd-boot.
firmware_text() {
    tail -c +5 "$variables/$1-$loader_vendor" 2>/dev/null | tr -d '\000'
}

# GRUB can say nothing but on the command line; nobody else's word counts there where signatures do.
read_grub() {
    [ "$(parameter interlock.loader)" = grub ] || return 0
    loader=grub
    esp=$(parameter interlock.esp | tr A-F a-f)
    generation=$(parameter interlock.generation)
    trial=$(parameter interlock.trial)
}

# A GUID as GPT stores it.
stored_guid() {
    echo "$1" | sed 's/-//g; s/^\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\4\3\2\1\6\5\8\7/'
}
