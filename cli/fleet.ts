import type { Command } from 'commander';
import type { AffectedAnswer } from '../protocol/api/fleet.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, group, verb } from '../system/command/command.ts';
import { print } from '../system/terminal/print.ts';
import { formatTable, text } from '../system/terminal/table.ts';
import { addServerOptions, type Client, type ClientOptions, createClient } from './client/client.ts';
import { readHosts } from './client/find-hosts.ts';

interface Flags extends ClientOptions {
  channel?: string;
  hosts?: boolean;
}

/** Adds `interlock fleet`: what is asked of all hosts together. */
export function addFleet(program: Command): void {
  const fleet = group(program, 'fleet', 'Answer questions about all hosts together');
  addServerOptions(
    verb(
      fleet,
      'affected <package>',
      'Show which releases have a package, or a version of it, and how many hosts run them',
      "interlock fleet affected 'openssl < 3.0.17'",
      "interlock fleet affected 'openssl < 3.0.17' --channel stable --hosts",
    ),
  )
    .option('--channel <channel>', 'only hosts and heads of this channel')
    .option('--hosts', 'list the hosts too')
    .action(
      answer(async (wanted: string, { channel, hosts, ...flags }: Flags) => {
        const client = createClient(flags);
        const query = new URLSearchParams({ ...parseWanted(wanted), ...(channel && { channel }) });
        const data = await client.get<AffectedAnswer>(`v1/fleet/affected?${query}`);
        if (data.releases.length === 0) await warnOfPackage(client, query);
        if (!hosts) return { text: describe(wanted, data), data };
        const named: { id: string; hostname: string; version: string | null; channel: string | null }[] = [];
        for (const { name, version, arch, hosts: count } of data.releases) {
          if (count > 0) named.push(...(await readHosts(client, { name, version, arch, channel })));
        }
        const rows = named.map((host) => [host.id, host.hostname, host.version ?? '', host.channel ?? '']);
        const list =
          rows.length > 0 ? `\n\n${formatTable(['HOST', 'NAME', 'VERSION', 'CHANNEL'], rows)}` : '';
        const listed = named.map(({ id, hostname, version }) => ({ id, hostname, version }));
        return { text: describe(wanted, data) + list, data: { ...data, listed } };
      }),
    );
}

/** Reads `openssl < 3.0.17`, or a name alone. Throws `usage`. */
function parseWanted(words: string): Record<string, string> {
  const [, name, is, version] = /^\s*([^\s<>=]+)\s*(?:(<=|>=|<|>|=)\s*(\S+)\s*)?$/.exec(words) ?? [];
  if (!name) {
    throw new InterlockError('usage', {
      problem: `${words} is no question about a package; write for example 'openssl < 3.0.17', in quotes`,
    });
  }
  return { package: name, ...(is && version && { is, version }) };
}

/** Warns on stderr where no release has the package in any version: a slip in its name is not to look like good news. */
async function warnOfPackage(client: Client, query: URLSearchParams): Promise<void> {
  const name = query.get('package') ?? '';
  const { releases, unknown } = await client.get<AffectedAnswer>(
    `v1/fleet/affected?${new URLSearchParams({ package: name })}`,
  );
  if (releases.length > 0) return;
  const few = unknown.length > 0 ? ' whose packages are known' : '';
  print(line`warning: no release here${few} has a package or source ${name}`, process.stderr);
}

function describe(wanted: string, { hosts, all, releases, unknown }: AffectedAnswer): string {
  const rows = releases.map((one) => [
    `${one.name} ${one.version}`,
    one.arch,
    String(one.hosts),
    one.channels.join(', ') || '-',
    one.packages.map((found) => `${found.package} ${found.version}`).join(', '),
  ]);
  const missing = unknown.map(
    (one) => line`not known: ${one.name} ${one.version} on ${one.hosts} hosts: ${one.problem}`,
  );
  const sum = line`${hosts} of ${all} hosts run a release with ${wanted.trim()}`;
  if (rows.length === 0) return [sum, ...missing].join('\n');
  const table = formatTable(['RELEASE', 'ARCH', 'HOSTS', 'HEAD OF', text('PACKAGES')], rows);
  return [sum, '', table, ...(missing.length > 0 ? ['', ...missing] : [])].join('\n');
}
