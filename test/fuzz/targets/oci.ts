import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readImage } from '../../../builder/tree/sources/read-image.ts';
import { makeTar } from '../../builder/support/make-tar.ts';
import { mutateJson } from '../mutate-json.ts';
import { repairTar } from '../repair-tar.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { FuzzTarget } from '../target.ts';

const dir = scratchFolder();
const layout = join(dir, 'layout');
const mark = Buffer.from('\n---\n');

/** index.json, manifest and layer lie behind each other; `@1` and `@2` stand for the digests of the later two. */
function split(input: Buffer): [Buffer, Buffer, Buffer] {
  const first = input.indexOf(mark);
  const second = input.indexOf(mark, first + mark.length);
  if (first < 0 || second < 0) return [input, Buffer.from('{}'), Buffer.alloc(0)];
  return [
    input.subarray(0, first),
    input.subarray(first + mark.length, second),
    input.subarray(second + mark.length),
  ];
}

function join3(parts: readonly Buffer[]): Buffer {
  return Buffer.concat([parts[0]!, mark, parts[1]!, mark, parts[2]!]);
}

function put(bytes: Buffer): string {
  const digest = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(layout, 'blobs/sha256', digest), bytes);
  return digest;
}

export const target: FuzzTarget = {
  corpus() {
    const layer = makeTar([
      { path: 'etc', type: '5', mode: 0o755 },
      { path: 'etc/x', type: '0', content: Buffer.from('x') },
      { path: 'etc/.wh.gone', type: '0' },
      { path: 'etc/.wh..wh..opq', type: '0' },
    ]);
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const platform = { os: 'linux', architecture: 'amd64' };
    const index = { manifests: [{ mediaType: type, digest: 'sha256:@1', size: 1, platform }] };
    const nested = {
      manifests: [{ digest: 'sha256:@1', annotations: { 'org.opencontainers.image.ref.name': 'x:1' } }],
    };
    const manifest = {
      layers: [
        { digest: 'sha256:@2', size: 1 },
        { digest: 'sha256:@2', size: 1 },
      ],
    };
    return [index, nested].map((one) =>
      join3([Buffer.from(JSON.stringify(one)), Buffer.from(JSON.stringify(manifest)), layer]),
    );
  },
  mutate(input, random) {
    const parts = split(input);
    const at = random.below(2);
    parts[at] = mutateJson(parts[at]!, random);
    return join3(parts);
  },
  repair(input) {
    const [index, manifest, layer] = split(input);
    return join3([index, manifest, repairTar(Buffer.from(layer))]);
  },
  async run(input) {
    rmSync(layout, { recursive: true, force: true });
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
    const [index, manifest, layer] = split(input);
    const inner = put(layer);
    const outer = put(Buffer.from(manifest.toString('latin1').replaceAll('@2', inner), 'latin1'));
    writeFileSync(join(layout, 'index.json'), index.toString('latin1').replaceAll('@1', outer), 'latin1');
    rmSync(join(dir, 'spool'), { force: true });
    await readImage(layout, undefined, join(dir, 'spool'), 'x86-64');
  },
};
