import { gzipSync } from 'node:zlib';
import { Inputs } from '../../../protocol/documents/host-inputs.ts';
import { problemOf } from '../../../protocol/schema/schema.ts';
import { describePlan } from '../../../protocol/user-data/describe-plan.ts';
import { readUserData } from '../../../system/user-data/read-user-data.ts';
import { mutateYaml } from '../mutate-yaml.ts';
import type { FuzzTarget } from '../target.ts';

const config = `#cloud-config
hostname: web-1.example.org
groups: [ops, {docker: [ada]}]
users:
  - default
  - {name: ada, uid: 20001, groups: "ops, docker", sudo: "ALL=(ALL) ALL", shell: /bin/bash}
ssh_authorized_keys: ["ssh-ed25519 AAAAC3Nz ada"]
write_files:
  - path: /etc/a
    permissions: "0644"
    encoding: gz+b64
    content: H4sIAAAAAAACA8tIzMnJBwDRMXK5BQAAAA==
runcmd: [ls, [ls, -l]]
bootcmd: [ls]
mounts: [[sdb1, /var/data, ext4]]
swap: {filename: /var/swap, size: 1.5G}
timezone: Europe/Berlin
ntp: {servers: [a.example.org], pools: []}
ca_certs: {trusted: ["-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"]}
locale: C.UTF-8
coreos:
  update: {group: beta, reboot-strategy: off}
  etcd2: {name: one, initial-cluster: "one=http://10.0.0.1:2380"}
  units:
    - {name: a.service, enable: true, command: start, content: "[Service]\\n[Install]\\nWantedBy=a.target"}
    - {name: b.service, drop-ins: [{name: 1.conf, content: x}]}
    - {name: 1.network, content: "[Match]"}
interlock:
  server: https://updates.example.org
  labels: {role: web}
  lock: {kind: etcd, endpoints: ["https://e1:2379"]}
  health: {settle: 60, checks: {a: "#!/bin/sh"}}
  install: {disk: {only: true}, erase: sda}
`;
/** Each key alone, and each key of a section: small documents are read in a fraction of the time. */
const pieces = config
  .split(/\n(?=[a-z])/)
  .slice(1)
  .flatMap((section) => {
    const [head, ...entries] = section.split(/\n(?= {2}[a-z-])/);
    return entries.length > 1 ? entries.map((entry) => `${head}\n${entry}\n`) : [`${section}\n`];
  });
const encoded = Buffer.from(config).toString('base64');
const parts = `Content-Type: multipart/mixed; boundary="xyz"
MIME-Version: 1.0

--xyz
Content-Type: text/cloud-config; charset="utf-8"

${config}
--xyz
Content-Type: text/cloud-config
Content-Transfer-Encoding: base64

${encoded}
--xyz
Content-Type: text/x-shellscript
Content-Transfer-Encoding: quoted-printable

#!/bin/sh
echo =41=
=20b
--xyz--
`;

export const target: FuzzTarget = {
  corpus: () => [
    ...[config, parts, '#!/bin/sh\n', '## template: jinja\n'].map((text) => Buffer.from(text)),
    ...pieces.map((piece) => Buffer.from(`#cloud-config\n${piece}`)),
    gzipSync(config),
    gzipSync(parts),
  ],
  mutate: (input, random) =>
    input[0] === 0x1f ? input.subarray(0, random.below(input.length)) : mutateYaml(input, random),
  run(input) {
    const { plan, problems } = readUserData(input);
    describePlan(plan);
    if (problems.some(({ severity }) => severity === 'error')) return;
    // what is accepted is what the agent accepts
    const problem = plan.agent && problemOf(Inputs, plan.agent.inputs);
    if (problem) throw new Error(`accepted for the agent: ${problem}`);
  },
};
