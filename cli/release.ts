import type { Command } from 'commander';
import type { ReleaseDetail } from '../protocol/api/dashboard.ts';
import type { ReleaseSummary } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { suggest } from '../protocol/text/suggest.ts';
import { compareVersions } from '../protocol/text/version.ts';
import { answerList } from '../system/command/answer-list.ts';
import { answer, group, verb } from '../system/command/command.ts';
import { addServerOptions, type Client, type ClientOptions, createClient } from './client/client.ts';
import { describeRelease, releaseList } from './format/release-text.ts';

interface ListFlags extends ClientOptions {
  name?: string;
  channel?: string;
  arch?: string;
}

/** Adds `interlock release`: what is published, how large it is, and who runs it. */
export function addRelease(program: Command): void {
  const release = group(program, 'release', 'Show the published releases');
  addList(release);
  addServerOptions(
    verb(
      release,
      'show <name> <version>',
      'Show a release: sizes, payloads, signatures, channels and hosts',
      'interlock release show core 1.2.0',
    ),
  )
    .option('--arch <arch>', 'architecture, if the version has several')
    .action(
      answer(async (name: string, version: string, { arch, ...flags }: ListFlags) => {
        const client = createClient(flags);
        const summary = await findRelease(client, name, version, arch);
        const path = ['v1/releases', name, version, summary.arch].map(encodeURI).join('/');
        const data = await client.get<ReleaseDetail>(path);
        return { text: describeRelease(data, summary), data: { ...summary, ...data } };
      }),
    );
}

function addList(release: Command): void {
  const list = addServerOptions(
    verb(
      release,
      'list',
      'Show releases, newest version first',
      'interlock release list',
      'interlock release list --name core --sort published',
    ),
  )
    .option('--name <name>', 'only releases of this image')
    .option('--channel <channel>', 'only heads of this channel')
    .option('--arch <arch>', 'only releases for this architecture');
  answerList(list, releaseList, async ({ name, channel, arch, ...flags }: ListFlags) => {
    const rows = (await readReleases(createClient(flags))).filter(
      (one) =>
        (name === undefined || one.name === name) &&
        (arch === undefined || one.arch === arch) &&
        (channel === undefined || one.channels.includes(channel)),
    );
    return { rows };
  });
}

async function readReleases(client: Client): Promise<ReleaseSummary[]> {
  const { releases } = await client.get<{ releases: ReleaseSummary[] }>('v1/releases');
  return releases.toSorted(
    (a, b) =>
      a.name.localeCompare(b.name) || compareVersions(b.version, a.version) || a.arch.localeCompare(b.arch),
  );
}

async function findRelease(client: Client, name: string, version: string, arch: string | undefined) {
  const all = await readReleases(client);
  const versions = all.filter((one) => one.name === name);
  const meant = versions.filter(
    (one) => one.version === version && (arch === undefined || one.arch === arch),
  );
  const [found, another] = meant;
  if (found && !another) return found;
  if (another) {
    const arches = meant.map((one) => one.arch).join(' or ');
    throw new InterlockError('usage', {
      problem: `${name} ${version} has several architectures: give --arch ${arches}`,
    });
  }
  const guess =
    versions.length > 0
      ? suggest(
          version,
          versions.map((one) => one.version),
        )
      : suggest(
          name,
          all.map((one) => one.name),
        );
  const newest = versions.slice(0, 3).map((one) => one.version);
  const hint = guess
    ? ` (did you mean ${guess}?)`
    : newest.length > 0
      ? ` (there are ${newest.join(', ')})`
      : '';
  throw new InterlockError('not_found', {
    what: `release ${[name, version, arch].filter(Boolean).join(' ')}${hint}`,
  });
}
