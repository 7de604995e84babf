import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

/** What a signed index of a suite says of itself. */
export interface SuiteRelease {
  suite: string;
  codename: string;
  components: string[];
  /** Milliseconds since 1970; nothing when it has no such line. */
  date: number | undefined;
  validUntil: number | undefined;
}

/** Reads the Release files that apt fetched and found signed. */
export async function readSuiteReleases(lists: string): Promise<SuiteRelease[]> {
  const names = (await readdir(lists)).filter((name) => /_(?:In)?Release$/.test(name)).sort();
  return Promise.all(names.map(async (name) => parseRelease(await readFile(join(lists, name), 'utf8'))));
}

function parseRelease(text: string): SuiteRelease {
  const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(text)?.[1] ?? '';
  const time = (name: string) => {
    const parsed = Date.parse(field(name));
    return Number.isFinite(parsed) ? parsed : undefined;
  };
  return {
    suite: field('Suite'),
    codename: field('Codename'),
    components: field('Components').split(/\s+/).filter(Boolean),
    date: time('Date'),
    validUntil: time('Valid-Until'),
  };
}

/** The newest date of signed indexes, as RFC 3339 in UTC. */
export function newestDate(releases: readonly SuiteRelease[]): string {
  const newest = Math.max(...releases.flatMap(({ date }) => date ?? []));
  if (!Number.isFinite(newest)) {
    throw new InterlockError('mirror_failed', { what: 'a date', problem: 'its indexes have none' });
  }
  return toTime(newest);
}

/** The suites whose indexes had expired at a time (milliseconds since 1970), each with its expiry. */
export function expiredSuites(releases: readonly SuiteRelease[], now: number): string[] {
  return releases
    .filter(({ validUntil }) => validUntil !== undefined && validUntil < now)
    .map(({ codename, suite, validUntil }) => `${codename || suite} ${toTime(validUntil!)}`)
    .toSorted();
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}
