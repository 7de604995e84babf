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

# Around what may take long: a slow disk or processor must not look like a hang.
start_feeding() {
    (while sleep 2; do feed_watchdog; done) &
    feeder=$!
}

stop_feeding() {
    kill $feeder
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
