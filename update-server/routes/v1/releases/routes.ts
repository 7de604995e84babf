import type { Static } from 'typebox';
import { CompareAnswer, ReleaseDetail } from '../../../../protocol/api/dashboard.ts';
import { type ReleaseSummary, ReleasesAnswer } from '../../../../protocol/api/operator.ts';
import { parseRelease } from '../../../../protocol/documents/release.ts';
import { releaseTarget, targetFile } from '../../../../protocol/documents/trust.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Arch, strict, Version, Word } from '../../../../protocol/schema/schema.ts';
import type { Blobs } from '../../../blobs/files.ts';
import type { HostCount } from '../../../domain/fleet/overview.ts';
import { roleLives } from '../../../domain/tuf/role-lives.ts';
import type { CountHosts } from '../../../metrics/count-hosts.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';
import { compareParts } from './compare-parts.ts';
import { describeRelease } from './describe-release.ts';
import { partsOf } from './parts-of.ts';

const Named = strict({ name: Word, version: Version, arch: Arch });
type Named = Static<typeof Named>;

/** How old the counts of hosts beside releases may be. */
const countsAgeMs = 5000;

const listReleases = route({
  method: 'GET',
  url: '/v1/releases',
  access: readers,
  summary: 'Published releases, their sizes, and how many hosts run each',
  schema: { response: { 200: ReleasesAnswer } },
  handler:
    ({ store, countHosts }: { store: Store; countHosts: CountHosts }) =>
    async () => ({ releases: withHosts(await store.releases(), await countHosts(countsAgeMs)) }),
});

const showRelease = route({
  method: 'GET',
  url: '/v1/releases/:name/:version/:arch',
  access: readers,
  summary: 'One release: its sizes, the files stored here, and its signatures',
  schema: { params: Named, response: { 200: ReleaseDetail } },
  handler:
    ({ store, blobs, now }: { store: Store; blobs: Blobs; now(): Date }) =>
    async ({ params }) => {
      const { summary, release } = await find(store, params);
      const { state } = await store.repository();
      return describeRelease(summary, release, roleLives(state, now()), async ({ sha256, size }) => {
        const { received, whole } = await blobs.state(sha256);
        return whole && received === size;
      });
    },
});

const compareReleases = route({
  method: 'GET',
  url: '/v1/releases/compare',
  access: readers,
  summary: 'The packages that differ between two releases',
  schema: {
    querystring: strict({ name: Word, arch: Arch, from: Version, to: Version }),
    response: { 200: CompareAnswer },
  },
  handler:
    ({ store, blobs }: { store: Store; blobs: Blobs }) =>
    async ({ query: { name, arch, from, to } }) => {
      const partsFor = async (version: string) =>
        partsOf(blobs, (await find(store, { name, version, arch })).release);
      return { from, to, ...compareParts(await partsFor(from), await partsFor(to)) };
    },
});

/** What was published, one release, and what changed from one to another. */
export const releaseRoutes = [listReleases, showRelease, compareReleases];

async function find(store: Store, { name, version, arch }: Named) {
  const all = await store.releases();
  const summary = all.find((one) => one.name === name && one.version === version && one.arch === arch);
  const file = summary && targetFile(releaseTarget(name, version, arch), summary.sha256);
  const text = file && (await store.targetFile(file));
  if (!summary || !text)
    throw new InterlockError('not_found', { what: `release ${name} ${version} ${arch}` });
  return { summary, release: parseRelease(text) };
}

function withHosts(releases: readonly ReleaseSummary[], counts: readonly HostCount[]): ReleaseSummary[] {
  const running = new Map<string, number>();
  for (const { name, version, arch, active, hosts } of counts) {
    const key = `${name} ${version} ${arch}`;
    if (active) running.set(key, (running.get(key) ?? 0) + hosts);
  }
  return releases.map((one) => ({
    ...one,
    hosts: running.get(`${one.name} ${one.version} ${one.arch}`) ?? 0,
  }));
}
