import type { Command } from 'commander';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { line, visible } from '../../protocol/text/visible.ts';
import { type Answer, answer, group, verb } from '../../system/command/command.ts';
import { print } from '../../system/terminal/print.ts';
import { readKnownSettings } from '../config/known-settings.ts';
import { type Paths, pathsOf } from '../config/paths.ts';
import { readPem } from '../config/read-pem.ts';
import type { EtcdSettings, Settings } from '../config/settings.ts';
import { readHostEtcd } from '../etcd/host-etcd.ts';
import { makeUsers } from '../etcd/make-users.ts';
import { noteMembersNow } from '../etcd/note-members.ts';
import { openWaiting, waitFor } from '../etcd/patience.ts';
import { prepareEtcd } from '../etcd/prepare.ts';
import { renewHost } from '../etcd/renew.ts';

/** `interlock-agent etcd`: what units call to make this host a member or a client of its hosts' etcd. */
export function addEtcd(program: Command, root: () => string): void {
  const etcd = group(program, 'etcd', 'Be a member or a client of the etcd that hosts form by themselves');
  const add = (name: string, summary: string) => verb(etcd, name, summary, `interlock-agent etcd ${name}`);

  add('status', 'Show what this host is to its etcd').action(answer(() => status(pathsOf(root()))));

  add(
    'prepare',
    'Get certificates, meet the members, and write what etcd starts with; waits as long as it takes',
  ).action(answer(() => prepare(pathsOf(root()))));

  add('users', 'On a member: make etcd’s users and roles; doing it again changes nothing').action(
    answer(async () => {
      if ((await readHostEtcd(root()))?.mode === 'client')
        return { text: 'a client makes no users', data: { made: false } };
      const made = await makeUsers(root());
      return { text: made ? 'etcd asks for users now' : 'etcd had its users', data: { made } };
    }),
  );

  add('renew', 'Renew this host’s certificates when they are due, and note who the members are')
    .option('--now', 'also when they are not due', false)
    .action(answer(({ now }: { now: boolean }) => renew(pathsOf(root()), now)));
}

async function prepare(paths: Paths): Promise<Answer> {
  const { settings } = await readKnownSettings(paths);
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  const waiting = openWaiting(stop.signal, (text) => print(text, process.stderr));
  const options = {
    root: paths.root,
    settings: wanted(settings),
    discoveryCa: await discoveryCa(settings),
    waiting,
  };
  const state = await waitFor(waiting, () => orProblem(() => prepareEtcd(options)));
  const { mode, name, members } = state;
  const names = members.map((member) => member.name).join(', ');
  return { text: line`${name} is a ${mode ?? ''} of the etcd of ${names}`, data: { mode, name, members } };
}

/** What may pass is said and waited for: the network, the signer, and whoever lets this host in. */
async function orProblem<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    const { code, row, message } = asInterlockError(error);
    if (row.retry === 'never' || code === 'internal') throw error;
    return message;
  }
}

async function renew(paths: Paths, always: boolean): Promise<Answer> {
  const { settings } = await readKnownSettings(paths);
  const state = await readHostEtcd(paths.root);
  if (!state?.ready) throw new InterlockError('etcd_forming', { problem: 'it has not met its members' });
  const renewed = await renewHost(paths.root, wanted(settings), state, new Date(), always);
  await noteMembersNow(paths.root, state);
  return { text: renewed ? 'the certificates are new' : 'the certificates are not due', data: { renewed } };
}

async function status(paths: Paths): Promise<Answer> {
  const state = await readHostEtcd(paths.root);
  if (!state) return { text: 'this host is in no etcd', data: null };
  const { name, address, mode, ready, members } = state;
  const text = [
    `name     ${name} (${address})`,
    `is       ${mode ?? 'not signed yet'}${ready ? '' : ', still forming'}`,
    ...members.map((member) => `member   ${member.name} (${member.address})`),
  ];
  return { text: text.map(visible).join('\n'), data: { name, address, mode, ready, members } };
}

function wanted({ etcd }: Settings): EtcdSettings {
  if (etcd) return etcd;
  throw new InterlockError('not_found', { what: 'etcd in the configuration of this host' });
}

/** The discovery is mostly at the update server, whose authority may be one of the operator's own. */
async function discoveryCa({ ca, server, etcd }: Settings): Promise<string | undefined> {
  const isOurs = ca && server && etcd?.discovery && new URL(server).origin === new URL(etcd.discovery).origin;
  return isOurs ? readPem(ca, 'certificate') : undefined;
}
