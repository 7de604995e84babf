import type { Static } from 'typebox';
import { CompareAnswer, ReleaseDetail } from '../../../../protocol/api/dashboard.ts';
import { parseRelease } from '../../../../protocol/documents/release.ts';
import { releaseTarget, targetFile } from '../../../../protocol/documents/trust.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Arch, strict, Version, Word } from '../../../../protocol/schema/schema.ts';
import { roleLives } from '../../../domain/tuf/role-lives.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';
import { compareParts } from './compare-parts.ts';
import { describeRelease } from './describe-release.ts';
import { partsOf } from './parts-of.ts';

const Named = strict({ name: Word, version: Version, arch: Arch });
type Named = Static<typeof Named>;

/** One release, and what changed from one to another. */
export function releaseRoutes(app: App, { store, blobs, now }: Ports): void {
  async function read({ name, version, arch }: Named) {
    const all = await store.releases();
    const summary = all.find((one) => one.name === name && one.version === version && one.arch === arch);
    const file = summary && targetFile(releaseTarget(name, version, arch), summary.sha256);
    const text = file && (await store.targetFile(file));
    if (!summary || !text)
      throw new InterlockError('not_found', { what: `release ${name} ${version} ${arch}` });
    return { summary, release: parseRelease(text) };
  }

  async function isHere({ sha256, size }: { sha256: string; size: number }): Promise<boolean> {
    const { received, whole } = await blobs.state(sha256);
    return whole && received === size;
  }

  app.get(
    '/v1/releases/:name/:version/:arch',
    { schema: { params: Named, response: { 200: ReleaseDetail } } },
    async ({ params }) => {
      const { summary, release } = await read(params);
      const { state } = await store.repository();
      return describeRelease(summary, release, roleLives(state, now()), isHere);
    },
  );

  const query = strict({ name: Word, arch: Arch, from: Version, to: Version });
  app.get(
    '/v1/releases/compare',
    { schema: { querystring: query, response: { 200: CompareAnswer } } },
    async ({ query: { name, arch, from, to } }) => {
      const partsFor = async (version: string) =>
        partsOf(blobs, (await read({ name, version, arch })).release);
      return { from, to, ...compareParts(await partsFor(from), await partsFor(to)) };
    },
  );
}
