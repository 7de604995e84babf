/** Values for `-smbios`: systemd in the guest reads them as system credentials (systemd.system-credentials(7)). */
export function credentialStrings(credentials: Readonly<Record<string, string | Uint8Array>>): string[] {
  return Object.entries(credentials).map(([name, value]) => {
    const encoded = Buffer.from(value as string).toString('base64');
    return `io.systemd.credential.binary:${name}=${encoded}`;
  });
}

/** Name of the virtio port that the test's shell answers on. */
export const shellPort = 'interlock.test.shell';

/**
 * Adds a root shell to an image that has none: a unit, what starts it, and its script, all of them credentials, so
 * that the image under test is the image that ships. One line per request and answer, bodies in base64.
 */
export function shellCredentials(): Record<string, string> {
  return {
    'systemd.extra-unit.interlock-test-shell.service': shellUnit,
    'systemd.unit-dropin.sysinit.target': '[Unit]\nWants=interlock-test-shell.service\n',
    'interlock.test.shell': shellScript,
  };
}

const shellUnit = `[Unit]
Description=Shell of a test
DefaultDependencies=no
IgnoreOnIsolate=yes
# the port's driver comes with the other devices; looking for it again and again costs an emulated machine dear
After=systemd-udevd.service systemd-udev-trigger.service

[Service]
ExecStart=/bin/sh /run/credentials/@system/interlock.test.shell
StandardInput=null
StandardOutput=null
StandardError=journal
Restart=always
RestartSec=1
`;

const shellScript = `port=/dev/virtio-ports/${shellPort}
until [ -c "$port" ]; do sleep 1; done
mkdir -p /run/interlock-test
cd /run/interlock-test
exec <>"$port" >&0
echo "ready $(cat /proc/sys/kernel/random/boot_id)"
while read -r id seconds script; do
    echo "$script" | base64 -d >script
    timeout "$seconds" sh ./script >out 2>&1 </dev/null
    status=$?
    echo "$id $status $(base64 -w0 out)"
done
`;
