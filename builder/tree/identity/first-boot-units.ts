import { identitiesFile } from '../../../protocol/boot/host-layout.ts';
import { putFile, putSymlink } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import type { FirstBoot, Identity } from './known/identity.ts';
import { knownIdentities } from './known-identities.ts';

const units = 'usr/lib/systemd/system';
const programs = 'usr/lib/interlock/first-boot';

/**
 * Adds units that make on a host, with the packages' own programs, what `removeIdentities` took out, and the list of what a
 * host that becomes another one makes anew. `isRemoved` says which paths the definition leaves out of the image.
 */
export function addFirstBootUnits(tree: Tree, isRemoved: (path: string) => boolean): void {
  const renewed = knownIdentities.flatMap(({ renewed, paths }) => (renewed ? paths : []));
  putFile(tree, identitiesFile.slice(1), renewed.map((path) => `${path}\n`).join(''));
  for (const identity of knownIdentities) {
    const { name, firstBoot } = identity;
    if (!firstBoot?.needs.every((path) => tree.has(path) && !isRemoved(path))) continue;
    const unit = `interlock-identity-${name}.service`;
    putFile(tree, `${programs}/${name}`, scriptText(firstBoot));
    putFile(tree, `${units}/${unit}`, unitText(identity, firstBoot));
    putSymlink(tree, `${units}/sysinit.target.wants/${unit}`, `../${unit}`);
  }
}

function scriptText({ makes, run }: FirstBoot): string {
  const made = makes.map((path) => `[ -s ${path} ]`).join(' && ');
  return `if ${made}; then exit 0; fi\n${run.replace(/\n\s*/g, '\n')}\n`;
}

function unitText({ name, why }: Identity, { makes, before = [] }: FirstBoot): string {
  const lines = [
    '[Unit]',
    `Description=Make this host's own ${name} identity`,
    `# ${why}`,
    'DefaultDependencies=no',
    'Conflicts=shutdown.target',
    'After=local-fs.target systemd-sysusers.service systemd-tmpfiles-setup.service',
    '# which takes them away when this host becomes another one',
    'After=interlock-user-data-local.service',
    `Before=${['sysinit.target', 'shutdown.target', ...before].join(' ')}`,
    '# true also for what a power cut left empty',
    ...makes.map((path) => `ConditionFileNotEmpty=|!${path}`),
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    `ExecStart=/bin/sh -e /${programs}/${name}`,
    `ExecStart=-/usr/bin/sync ${makes.join(' ')}`,
  ];
  return `${lines.join('\n')}\n`;
}
