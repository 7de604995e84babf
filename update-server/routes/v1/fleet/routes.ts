import { Type } from 'typebox';
import { AffectedAnswer, Comparison } from '../../../../protocol/api/fleet.ts';
import type { ReleaseSummary } from '../../../../protocol/api/operator.ts';
import { parseRelease } from '../../../../protocol/documents/release.ts';
import { releaseTarget, targetFile } from '../../../../protocol/documents/trust.ts';
import { asInterlockError, InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { strict, Word } from '../../../../protocol/schema/schema.ts';
import type { Blobs } from '../../../blobs/files.ts';
import { affectedPackages, countRunning, type Package, runningKey } from '../../../domain/fleet/affected.ts';
import type { CountHosts } from '../../../metrics/count-hosts.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';
import { packagesOf } from '../releases/parts-of.ts';

/** Lists of packages kept; a published one never changes, and has some hundred entries. */
const keptLists = 64;

interface Needs {
  store: Store;
  blobs: Blobs;
  countHosts: CountHosts;
}

const showAffected = route({
  method: 'GET',
  url: '/v1/fleet/affected',
  access: readers,
  summary: 'Which releases have a package in some version, and how many hosts run them',
  schema: {
    querystring: strict({
      package: Type.String({ minLength: 1, maxLength: 128 }),
      is: Type.Optional(Comparison),
      version: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
      channel: Type.Optional(Word),
    }),
    response: { 200: AffectedAnswer },
  },
  handler: ({ store, blobs, countHosts }: Needs) => {
    const lists = keepLists(store, blobs);
    return async ({ query: { channel, ...wanted } }) => {
      if (Boolean(wanted.is) !== Boolean(wanted.version)) {
        throw new InterlockError('bad_input', { what: 'querystring', problem: 'is and version go together' });
      }
      const running = countRunning(await countHosts(), channel);
      const answer: Pick<AffectedAnswer, 'releases' | 'unknown'> = { releases: [], unknown: [] };
      for (const summary of await store.releases()) {
        const { name, version, arch } = summary;
        const key = runningKey(name, version, arch);
        const hosts = running.get(key)?.hosts ?? 0;
        const channels = channel ? summary.channels.filter((head) => head === channel) : summary.channels;
        running.delete(key);
        // what nobody runs and no channel names concerns nobody
        if (hosts === 0 && channels.length === 0) continue;
        const found = await lists(summary);
        if ('problem' in found) answer.unknown.push({ name, version, arch, hosts, problem: found.problem });
        else {
          const packages = affectedPackages(found.packages, wanted);
          if (packages.length > 0) answer.releases.push({ name, version, arch, hosts, channels, packages });
        }
      }
      const problem = 'no such release was published here';
      answer.unknown.push(...[...running.values()].map((row) => ({ ...row, problem })));
      const total = (of: readonly { hosts: number }[]) => of.reduce((sum, { hosts }) => sum + hosts, 0);
      const all = total([...countRunning(await countHosts(), channel).values()]);
      answer.releases.sort((a, b) => b.hosts - a.hosts);
      return { hosts: total(answer.releases), all, ...answer };
    };
  },
});

type Found = { packages: Package[] } | { problem: string };

/** Reads the list of packages of a release once. */
function keepLists(store: Store, blobs: Blobs): (release: ReleaseSummary) => Promise<Found> {
  const kept = new Map<string, Package[]>();
  return async ({ name, version, arch, sha256 }) => {
    const known = kept.get(sha256);
    if (known) return { packages: known };
    try {
      const text = await store.targetFile(targetFile(releaseTarget(name, version, arch), sha256));
      if (!text) throw new InterlockError('not_found', { what: `release ${name} ${version} ${arch}` });
      const packages = await packagesOf(blobs, parseRelease(text));
      if (kept.size >= keptLists) kept.delete(kept.keys().next().value!);
      kept.set(sha256, packages);
      return { packages };
    } catch (error) {
      return { problem: asInterlockError(error).message };
    }
  };
}

/** What is asked of the fleet as a whole. */
export const fleetRoutes = [showAffected];
