# One machine with Docker, in namespaces of its own: waits for its network, then becomes dockerd.
#   node.sh NAME FOLDER TOOLS
set -e
name=$1 folder=$2 tools=$3
PATH=$tools/dockerd/usr/sbin:$tools/dockerd/usr/bin:$tools/containerd/usr/bin:$tools/runc/usr/sbin:$PATH:/usr/sbin:/sbin
export PATH
hostname "$name"
mount -t tmpfs run /run
ip link set lo up
until ip -4 addr show eth0 2>/dev/null | grep -q inet; do sleep 0.05; done
exec dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" --host "unix://$folder/docker.sock" \
    --storage-driver vfs --shutdown-timeout 2
