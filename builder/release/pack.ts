import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { PayloadRef, Release } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { PayloadFormat } from '../../protocol/formats/payload/payload.ts';
import type { Arch } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { formatBytes, type Progress } from '../../system/terminal/progress.ts';
import { bootFile } from '../boot-file/boot-file.ts';
import type { BootParts } from '../boot-file/parts/boot-parts.ts';
import { during, type Reporter } from '../build-host/reporter.ts';
import type { Definition } from '../definition/definition.ts';
import { defaultSizes } from '../disk/disk-layout.ts';
import { checkEspSpace, withExtracted } from '../disk/esp-space.ts';
import { formatLock, type PackagesLock } from '../packages/lock/packages-lock.ts';
import { type FrameSource, packFullPayload } from '../payload/pack-full-payload.ts';
import { packRoot, type Root } from '../root/pack-root.ts';
import type { BundledPackage } from '../tree/agent/bundle-agent.ts';
import type { Tree } from '../tree/entries/entry.ts';
import { writeTree } from '../tree/entries/write-tree.ts';
import type { SourceDigest } from '../tree/sources/add-source.ts';
import { builderVersion } from './describe/builder-version.ts';
import { definitionDigest } from './describe/definition-digest.ts';
import { dpkgFacts } from './describe/dpkg-facts.ts';
import { provenance } from './describe/provenance.ts';
import { sbom } from './describe/sbom.ts';
import { encloseStatement, formatEnvelope, provenanceFile, subjectsOf } from './describe/statement.ts';

/** Everything a release is made of. */
export interface ReleaseInputs {
  definition: Definition;
  version: string;
  arch: Arch;
  lock: PackagesLock;
  /** The normalised root. */
  tree: Tree;
  boot: BootParts;
  /** npm packages inside. */
  bundled: BundledPackage[];
  /** Seconds since 1970. */
  epoch: number;
  /** What went in besides packages. */
  sources?: SourceDigest[];
  /** Compressed pieces of earlier builds. */
  frames?: FrameSource;
  /** zstd level of the full payload. */
  level?: number;
  /** Of the full payload. */
  format?: PayloadFormat | undefined;
}

type Blob = Release['boot'];

/** A root without a stated oldest version can be rolled back to any version. */
const anyVersion = '0';

/** Writes the files of an unsigned release into a folder, `release.json` last. Throws `image_too_big`. */
export async function pack(folder: string, inputs: ReleaseInputs, report: Reporter): Promise<Release> {
  const { definition, version, lock, boot } = inputs;
  const { image, verity } = await during(
    report,
    'pack root and verity',
    0,
    () => packTree(folder, inputs),
    (root) => `${root.image.inodes} inodes, ${formatBytes(root.image.size)}`,
  );
  const put = (name: string, content: string | Uint8Array) => putBlob(folder, name, content);
  const bootBlob = await put('boot.efi', await bootFile(boot, definition, version, verity.rootHash));
  const loader = await put('loader.efi', boot.loader);
  checkEsp(bootBlob.size, boot.loader);
  const packagesLock = await put('packages.lock', formatLock(lock));
  const parts = await put('sbom.cdx.json', await listParts(inputs, verity.rootHash));
  const total = image.size + bootBlob.size;
  const payload = await during(report, 'compress payload', total, (progress) =>
    packPayload(folder, verity.rootHash, inputs, progress),
  );
  const release: Release = {
    format: 1,
    name: definition.name,
    version,
    arch: inputs.arch,
    created: new Date(inputs.epoch * 1000).toISOString().replace('.000Z', 'Z'),
    root: { size: image.size, sha256: image.sha256, verity },
    boot: bootBlob,
    loader,
    slots: definition.slots,
    payloads: [payload],
    packagesLock,
    sbom: parts,
    stateCompat: definition.stateCompat ?? anyVersion,
  };
  const text = `${JSON.stringify(release, null, 2)}\n`;
  await put(provenanceFile, await formatProvenance(inputs, release, text));
  await chmod(folder, 0o755);
  await writeDurably(join(folder, 'release.json'), text);
  return release;
}

async function packTree(folder: string, { definition, tree, epoch }: ReleaseInputs): Promise<Root> {
  const label = definition.name.slice(0, 15);
  const options = { buildTime: epoch, keepTimes: true, label };
  const { image, verity } = await packRoot(writeTree(tree, epoch), folder, definition.name, options);
  checkRoom('root', image.size, definition.slots.root);
  checkRoom('verity', verity.size, definition.slots.verity);
  return { image, verity };
}

async function formatProvenance(inputs: ReleaseInputs, release: Release, text: string): Promise<string> {
  const { definition, version, arch, epoch, lock, sources = [] } = inputs;
  const origin = { name: definition.name, version, arch, epoch, lock, sources };
  const [digest, builder] = [await definitionDigest(definition), await builderVersion()];
  const statement = provenance({ ...origin, definition: digest, builder }, subjectsOf(release, text));
  return formatEnvelope(encloseStatement(statement));
}

async function listParts(inputs: ReleaseInputs, rootHash: string): Promise<string> {
  const { definition, version, lock, tree, bundled, sources = [] } = inputs;
  const facts = await dpkgFacts(tree);
  const builder = await builderVersion();
  const origin = originOf(definition);
  return sbom({ name: definition.name, version, rootHash, lock, facts, bundled, sources, builder, origin });
}

/** Where packages can be from that no lock has. */
function originOf({ scripts, sources }: Definition): string {
  if (sources.length === 0) return 'installed by a script';
  return scripts.length === 0 ? 'brought by a source' : 'installed by a script or brought by a source';
}

function packPayload(
  folder: string,
  rootHash: string,
  { frames, level, format }: ReleaseInputs,
  { at }: Progress,
): Promise<PayloadRef> {
  const files = {
    root: join(folder, 'root.erofs'),
    boot: join(folder, 'boot.efi'),
  };
  return packFullPayload(files, rootHash, join(folder, 'payload.full'), {
    ...(frames && { frames }),
    ...(level && { level }),
    format,
    onProgress: at,
  });
}

async function putBlob(folder: string, name: string, content: string | Uint8Array): Promise<Blob> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  await writeDurably(join(folder, name), bytes);
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** First-install disks have an ESP of the default size unless another is given; GRUB needs each boot file's parts beside it. */
function checkEsp(bootSize: number, loader: Uint8Array): void {
  const image = { length: withExtracted * bootSize };
  checkEspSpace(new Map(Object.entries({ loader, fallback: loader, image })), image.length, defaultSizes.esp);
}

function checkRoom(part: string, size: number, room: number): void {
  if (size > room) throw new InterlockError('image_too_big', { part, size, room });
}
