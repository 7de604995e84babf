import { createHash } from 'node:crypto';
import { paths } from '../../protocol/api/publish.ts';
import { parseChannel } from '../../protocol/documents/channel.ts';
import { type OfflineOffer, offlineOfferFile } from '../../protocol/documents/offline.ts';
import { parseRelease } from '../../protocol/documents/release.ts';
import {
  brakeRole,
  brakeTarget,
  channelRole,
  channelTarget,
  releasesRole,
  targetFile,
} from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type BundleFile, openBundle } from './open-bundle.ts';

/** What writing an offline bundle needs of an update server. */
export interface ShownFiles {
  text(path: string): Promise<string | undefined>;
  stream(path: string): AsyncIterable<Buffer>;
}

/** The release that a bundle offers, where it comes from, and where it goes. */
export interface BundleOptions extends Omit<OfflineOffer, 'format'> {
  server: ShownFiles;
  /** A folder to make, or a file that ends in `.tar`. */
  out: string;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Writes an offline bundle: one version of a channel, with everything a host checks it by. Hosts trust signatures and not the
 * bundle, so nothing is verified here but that a host of the channel would want the version and that blobs are whole.
 * Returns the bytes written. Throws `not_found`, `exists` or `bad_input`; what is there is whole or not there at all.
 */
export async function writeBundle(options: BundleOptions): Promise<number> {
  const { server, name, channel, version, out, onProgress } = options;
  const files = await readMetadata(server);
  const targets = await readTargets(server, files, options);
  const blobs = targets.releases.flatMap((text) => parseRelease(text).payloads);
  const offer: OfflineOffer = { format: 1, name, channel, version };
  const texts = { [offlineOfferFile]: `${JSON.stringify(offer)}\n`, ...files, ...targets.files };
  const total = blobs.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const bundle = await openBundle(out);
  try {
    for (const [path, text] of Object.entries(texts)) await bundle.add(textFile(path, text));
    for (const { sha256, size } of blobs) {
      const path = `${paths.blobs}/${sha256}`;
      const content = checked(server.stream(path), sha256, (bytes) => {
        done += bytes;
        onProgress?.(done, total);
      });
      await bundle.add({ path: path.slice(1), size, content });
    }
    await bundle.finish();
  } catch (error) {
    await bundle.drop();
    throw error;
  }
  return total;
}

/** All that the server shows of roles, by path: every root, and the newest of the others. */
async function readMetadata(server: ShownFiles): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const read = async (file: string) => {
    const path = `${paths.metadata}/${file}`;
    const text = await server.text(path);
    if (text !== undefined) files[path.slice(1)] = text;
    return text;
  };
  const must = async (file: string) => {
    const text = await read(file);
    if (text === undefined) throw new InterlockError('not_found', { what: `${file} on this server` });
    return JSON.parse(text) as { signed: { meta: Record<string, { version: number }> } };
  };
  const timestamp = await must('timestamp.json');
  const snapshot = await must(`${timestamp.signed.meta['snapshot.json']?.version}.snapshot.json`);
  for (const [file, { version }] of Object.entries(snapshot.signed.meta)) await must(`${version}.${file}`);
  for (let version = 1; (await read(`${version}.root.json`)) !== undefined; version++);
  return files;
}

type Named = Pick<BundleOptions, 'name' | 'channel' | 'version'>;

async function readTargets(
  server: ShownFiles,
  metadata: Record<string, string>,
  { name, channel, version }: Named,
): Promise<{ files: Record<string, string>; releases: string[] }> {
  const files: Record<string, string> = {};
  const read = async (role: string, path: string): Promise<string | undefined> => {
    const sha256 = targetsOf(metadata, role)[path]?.hashes.sha256;
    if (!sha256) return undefined;
    const place = `${paths.targets}/${targetFile(path, sha256)}`;
    const text = await server.text(place);
    if (text !== undefined) files[place.slice(1)] = text;
    return text;
  };
  const document = await read(channelRole(channel), channelTarget(name, channel));
  if (!document) throw new InterlockError('not_found', { what: `${name} in channel ${channel}` });
  const { head, floors } = parseChannel(document);
  if (![head, ...floors].some((named) => named.version === version)) {
    const problem = `no host of ${channel} would take it: its head is ${head.version}`;
    throw new InterlockError('bad_input', { what: `${name} ${version}`, problem });
  }
  await read(brakeRole(channel), brakeTarget(name, channel));
  const own = Object.keys(targetsOf(metadata, releasesRole)).filter((path) =>
    path.startsWith(`${name}/${version}/`),
  );
  const releases = await Promise.all(own.map((path) => read(releasesRole, path)));
  return { files, releases: releases.filter((text) => text !== undefined) };
}

function targetsOf(
  metadata: Record<string, string>,
  role: string,
): Record<string, { hashes: { sha256?: string } }> {
  const [, text] = Object.entries(metadata).find(([path]) => path.endsWith(`.${role}.json`)) ?? [];
  if (!text) return {};
  return (JSON.parse(text) as { signed: { targets: ReturnType<typeof targetsOf> } }).signed.targets;
}

function textFile(path: string, text: string): BundleFile {
  const bytes = Buffer.from(text);
  return { path, size: bytes.length, content: [bytes] };
}

async function* checked(
  content: AsyncIterable<Buffer>,
  sha256: string,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const digest = createHash('sha256');
  for await (const chunk of content) {
    digest.update(chunk);
    onBytes(chunk.length);
    yield chunk;
  }
  const found = digest.digest('hex');
  if (found !== sha256) {
    throw new InterlockError('answer_invalid', {
      url: sha256,
      status: 200,
      problem: `it hashes to ${found}`,
    });
  }
}
