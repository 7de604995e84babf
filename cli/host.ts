import type { Command } from 'commander';
import type { Static } from 'typebox';
import { InterlockError } from '../protocol/errors.ts';
import type { HostDetail, HostSummary, HostsAnswer } from '../protocol/operator.ts';
import { type Answer, answer, verb } from '../system/command.ts';
import { formatTable } from '../system/terminal.ts';
import { addServerOptions, type Client, type ClientOptions, createClient } from './client.ts';

/** `interlock host`: where hosts are, why, and the word to keep one as it is. */
export function addHost(program: Command): void {
  const host = program.command('host').description('Hosts of the fleet');

  addServerOptions(verb(host, 'list', 'Show all hosts', 'interlock host list --server URL')).action(
    answer((flags: ClientOptions) => listHosts(createClient(flags))),
  );

  addServerOptions(
    verb(host, 'show <host>', 'Show where a host is, and why', 'interlock host show 1b4e… --server URL'),
  ).action(answer((id: string, flags: ClientOptions) => showHost(createClient(flags), id)));

  addServerOptions(
    verb(host, 'hold <host>', 'Keep a host on what it runs', 'interlock host hold 1b4e… --server URL'),
  )
    .option('--off', 'let it go on')
    .action(
      answer(async (id: string, flags: ClientOptions & { off?: boolean }) => {
        const held = !flags.off;
        await act(flags, id, 'hold', { held });
        return { text: `${id} ${held ? 'is held' : 'may go on'}`, data: { id, held } };
      }),
    );

  addServerOptions(
    verb(
      host,
      'pin <host> [version]',
      'Let a host go to one version only',
      'interlock host pin 1b4e… 1.2.0 --server URL',
    ),
  )
    .option('--off', 'let it follow its channel again')
    .action(
      answer(async (id: string, version: string | undefined, flags: ClientOptions & { off?: boolean }) => {
        if (Boolean(version) === Boolean(flags.off)) {
          throw new InterlockError('usage', { problem: 'give a version, or --off' });
        }
        await act(flags, id, 'pin', { version: version ?? null });
        return { text: `${id} ${version ? `goes to ${version} only` : 'may go on'}`, data: { id, version } };
      }),
    );

  addServerOptions(
    verb(
      host,
      'group <host> [group]',
      'Count a host to a group in rollouts, whatever it says itself',
      'interlock host group 1b4e… canary --server URL',
    ),
  )
    .option('--off', 'leave its group to the host again')
    .action(
      answer(async (id: string, group: string | undefined, flags: ClientOptions & { off?: boolean }) => {
        if (Boolean(group) === Boolean(flags.off)) {
          throw new InterlockError('usage', { problem: 'give a group, or --off' });
        }
        await act(flags, id, 'group', { group: group ?? null });
        return {
          text: `${id} ${group ? `is in group ${group}` : 'says its group itself'}`,
          data: { id, group },
        };
      }),
    );

  addServerOptions(
    verb(
      host,
      'approve <host>',
      'Let a host that enrolled without a join token count',
      'interlock host approve 1b4e… --server URL',
    ),
  ).action(
    answer(async (id: string, flags: ClientOptions) => {
      await act(flags, id, 'approve', {});
      return { text: `${id} approved`, data: { id, approved: true } };
    }),
  );

  addServerOptions(
    verb(
      host,
      'forget <host>',
      'End a host’s credential and record',
      'interlock host forget 1b4e… --server URL',
    ),
  ).action(
    answer(async (id: string, flags: ClientOptions) => {
      await createClient(flags).delete(`v1/hosts/${encodeURIComponent(id)}`);
      return { text: `${id} forgotten`, data: { id, forgotten: true } };
    }),
  );
}

async function act(flags: ClientOptions, id: string, what: string, body: unknown): Promise<void> {
  await createClient(flags).post(`v1/hosts/${encodeURIComponent(id)}/${what}`, body);
}

async function listHosts(client: Client): Promise<Answer> {
  const hosts: HostSummary[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const page: Static<typeof HostsAnswer> = await client.get(`v1/hosts${after ? `?after=${after}` : ''}`);
    hosts.push(...page.hosts);
    after = page.next;
  }
  const rows = hosts.map((host) => [
    host.id,
    host.hostname,
    host.name,
    host.version ?? '',
    host.channel ?? '',
    host.group ?? '',
    host.at ?? '',
    host.decision ?? '',
    host.lastSeen ?? 'never',
  ]);
  const header = ['HOST', 'HOSTNAME', 'IMAGE', 'VERSION', 'CHANNEL', 'GROUP', 'AT', 'DECISION', 'LAST SEEN'];
  return { text: formatTable(header, rows), data: hosts };
}

async function showHost(client: Client, id: string): Promise<Answer> {
  const host = await client.get<HostDetail>(`v1/hosts/${encodeURIComponent(id)}`);
  const facts = formatTable(
    ['HOST', host.id],
    [
      ['hostname', host.hostname],
      ['machine', host.machineId],
      ['runs', `${host.name} ${host.version ?? '?'} ${host.arch}`],
      ['channel', `${host.channel ?? '?'}, group ${host.group ?? '?'}`],
      ['at', host.at ?? '?'],
      ['last seen', host.lastSeen ?? 'never'],
      ['held', host.held ? 'yes' : 'no'],
      ...(host.pinned ? [['pinned to', host.pinned]] : []),
      ...(host.approved ? [] : [['approved', 'no']]),
      ['failed here', host.failed.join(', ') || 'none'],
      ['why', host.why],
    ],
  );
  const reports = host.reports.map(({ at, kind, from, version, detail }) => [
    at,
    kind,
    from,
    version,
    detail,
  ]);
  const history = formatTable(['REPORTED', 'WHAT', 'FROM', 'TO', 'DETAIL'], reports);
  return { text: reports.length > 0 ? `${facts}\n\n${history}` : facts, data: host };
}
