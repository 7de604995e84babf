#!/bin/sh
# as-own-root.sh PROGRAM...: runs a program as root of a user namespace in which every number is itself.
# For root alone: newuidmap(1) would ask for a range in /etc/subuid, which root does not need.
set -eu
before=$(readlink /proc/$$/ns/user)
every='0 0 4294967295'
{
  while [ "$(readlink /proc/$$/ns/user)" = "$before" ]; do sleep 0.01; done
  echo "$every" > /proc/$$/uid_map && echo "$every" > /proc/$$/gid_map || kill -KILL $$
} &
exec unshare --user sh -c 'until read -r _ < /proc/self/gid_map; do sleep 0.01; done; exec setpriv --pdeathsig KILL "$@"' sh "$@"
