/** Name of the virtio port that the shell answers on. */
export const shellPort = 'interlock.shell';

/**
 * Adds a root shell to an image that has none: a unit, what starts it, and its script, all of them credentials, so that
 * the image is the image that ships. One line per request and answer, bodies in base64.
 */
export function shellCredentials(): Record<string, string> {
  return {
    'systemd.extra-unit.interlock-shell.service': shellUnit,
    'systemd.unit-dropin.sysinit.target': '[Unit]\nWants=interlock-shell.service\n',
    'interlock.shell': shellScript,
  };
}

const shellUnit = `[Unit]
Description=Shell for who runs this machine
DefaultDependencies=no
IgnoreOnIsolate=yes
# the port's driver comes with the other devices; looking for it again and again costs an emulated machine dear
After=systemd-udevd.service systemd-udev-trigger.service

[Service]
ExecStart=/bin/sh /run/credentials/@system/interlock.shell
StandardInput=null
StandardOutput=null
StandardError=journal
Restart=always
RestartSec=1
`;

/**
 * What the guest does with requests on its standard input. A request says how long it is: who asked may have gone in the middle
 * of it.
 */
export const answerRequests = `while read -r id seconds length script; do
    [ "\${#script}" = "\${length:-none}" ] || continue
    echo "$script" | base64 -d >script
    timeout "$seconds" sh ./script >out 2>&1 </dev/null
    status=$?
    echo "$id $status $(base64 -w0 out)"
done
`;

/** Reads end at once while nobody is connected. */
const shellScript = `port=/dev/virtio-ports/${shellPort}
until [ -c "$port" ]; do sleep 1; done
mkdir -p /run/interlock-shell
cd /run/interlock-shell
exec <>"$port" >&0
while :; do
${answerRequests}
    sleep 1
done
`;
