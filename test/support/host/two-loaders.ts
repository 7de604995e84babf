import { createHash } from 'node:crypto';
import type { Running, SlotName } from '../../../agent/ports/host.ts';
import type { Target } from '../../../agent/ports/trust.ts';
import { packUki } from '../../../builder/boot-file/uki.ts';
import { type ExtractedKind, formatExtractedName } from '../../../protocol/boot/entry.ts';
import { grubConfigFile, grubEnvironmentFile } from '../../../protocol/boot/esp.ts';
import { formatCommandLineFile } from '../../../protocol/boot/grub-command-line.ts';
import { encodeGrubEnvironment } from '../../../protocol/boot/grub-environment.ts';
import { type Range, ukiHeadLength, ukiParts } from '../../../protocol/formats/efi/uki-parts.ts';
import { makeStub } from '../../builder/boot-file/make-stub.ts';

const hashOf = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex');

/** The root hash of a made version. */
export const rootHash = (version: number) => hashOf(`root ${version}`);
const images = new Map<number, string>();
/** Its whole boot file. */
export function image(version: number): string {
  const made = images.get(version) ?? makeImage(version);
  images.set(version, made);
  return made;
}
function makeImage(version: number): string {
  const uki = packUki({
    stub: makeStub(),
    osRelease: '',
    cmdline: `interlock.roothash=${rootHash(version)} quiet`,
    uname: '6',
    kernel: Buffer.from(`kernel ${version}`),
    initrd: Buffer.from(`initrd ${version}`),
  });
  return uki.toString('latin1');
}
/** Where a slot has it. */
export const imagePath = (slot: SlotName, version: number) =>
  `EFI/interlock/${slot}-${rootHash(version).slice(0, 16)}.efi`;

/** What a first-install disk of version 1 has for systemd-boot. */
export function firstFiles(): Record<string, string> {
  return {
    'loader/loader.conf': 'timeout 0\neditor no\nauto-entries no\n',
    'loader/entries/interlock-1.conf': `title core 1\nsort-key interlock\nversion 1\nlinux /${imagePath('a', 1)}\n`,
    [imagePath('a', 1)]: image(1),
  };
}

/** What it has besides for GRUB. */
export function grubFiles(): Record<string, string> {
  const first = { slot: 'a', prefix: rootHash(1).slice(0, 16) } as const;
  const parts = ukiParts(Buffer.from(image(1), 'latin1').subarray(0, ukiHeadLength), image(1).length)!;
  const part = ({ offset, length }: Range) => image(1).slice(offset, offset + length);
  const at = (kind: ExtractedKind) => `EFI/interlock/${formatExtractedName(first, kind)}`;
  const environment = encodeGrubEnvironment({ good: { generation: 1, image: first }, trial: null });
  return {
    [grubConfigFile]: '# GRUB',
    [grubEnvironmentFile]: environment.toString('latin1'),
    [at('linux')]: part(parts.linux),
    [at('initrd')]: part(parts.initrd),
    [at('cfg')]: formatCommandLineFile(first, part(parts.cmdline)),
  };
}

/** A host that runs a version from a slot. */
export function runningIn(slot: SlotName, version: number): Running {
  const name = { name: 'core', version: String(version), arch: 'x86-64' } as const;
  return { bootId: 'boot', slot, rootHash: rootHash(version), ...name };
}

/** A version as the channel offers it. */
export function targetOf(version: number): Target {
  const release = { name: 'core', boot: { sha256: hashOf(image(version)), size: 1 } };
  return { version: String(version), rootHash: rootHash(version), release } as unknown as Target;
}
