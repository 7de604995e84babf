import { join } from 'node:path';
import type { Command } from 'commander';
import { imageFloorFile } from '../../protocol/boot/host-layout.ts';
import type { OfflineOffer } from '../../protocol/documents/offline.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { isNewer } from '../../protocol/text/version.ts';
import { visible } from '../../protocol/text/visible.ts';
import { type Answer, answer, verb } from '../../system/command/command.ts';
import type { Patience } from '../../system/files/hold-lock.ts';
import { print } from '../../system/terminal/print.ts';
import { pathsOf } from '../config/paths.ts';
import { otherSlot } from '../ports/host.ts';
import type { EventBody } from '../state-machine/event.ts';
import type { Memory } from '../state-machine/memory.ts';
import { readFloor } from '../trust/image-trust.ts';
import { describeMemory, goalOf } from './describe.ts';
import { runTrial } from './run-trial.ts';
import { stopRun } from './stop-run.ts';
import { type OpenAgent, withAgent } from './with-agent.ts';

/** The verbs that make the agent do something. */
export function addVerbs(program: Command, root: () => string): void {
  verb(program, 'run', 'Do what is due, then exit', 'interlock-agent run')
    .option('--once', 'stop after the next phase')
    .option('--trial', 'only decide the trial of the running slot; fail unless it is marked good')
    .action(
      answer(async ({ once, trial }: { once?: boolean; trial?: boolean }) => {
        if (trial) await withAgent(root(), runTrial, operatorPatience);
        else await withAgent(root(), (agent) => runDue(agent, once ?? false));
        return { text: '', data: null };
      }),
    );

  verb(
    program,
    'acknowledge',
    'Confirm that you know that this host lost its memory or identity; it stops reporting it',
    'interlock-agent acknowledge',
  ).action(answer(() => order(root(), async () => [{ kind: 'noted' }])));

  verb(
    program,
    'check',
    'Ask the server now; the next run installs what it offers',
    'interlock-agent check',
  ).action(answer(() => order(root(), checkOrders, true)));

  verb(
    program,
    'update [version]',
    'Update now, to what the server offers or to a named version',
    'interlock-agent update 1.2.0',
  )
    .option('--retry <version>', 'retry a version that failed or was cancelled here')
    .option(
      '--from <path>',
      'install the offline update in this folder or tar file, written by `interlock export`',
    )
    .action(
      answer((version: string | undefined, { retry, from }: { retry?: string; from?: string }) =>
        order(root(), (agent) => updateOrders(agent, version, retry), false, from),
      ),
    );

  verb(
    program,
    'rollback [version]',
    'Go back to the other slot, or to a named version',
    'interlock-agent rollback',
  ).action(answer((version: string | undefined) => order(root(), (agent) => rollbackOrders(agent, version))));

  verb(
    program,
    'confirm',
    'Accept the slot on trial without its health checks',
    'interlock-agent confirm',
  ).action(answer(() => order(root(), async () => [{ kind: 'confirm' }])));

  verb(
    program,
    'cancel',
    'Cancel an update before its reboot; it does not start again by itself',
    'interlock-agent cancel',
  ).action(answer(() => cancel(root())));
}

const patientSeconds = 120;

/** An order waits for the timer's run to end; that is soon unless it downloads, writes or decides a trial. */
const operatorPatience: Patience = {
  seconds: patientSeconds,
  onWait(pid) {
    const limit = `${patientSeconds} s at most`;
    print(`waiting for the run under way (process ${pid}) to end, ${limit} …`, process.stderr);
  },
};

/** Opens the agent, gives it orders and describes the phase that was reached. */
export async function order(
  root: string,
  ordersOf: (agent: OpenAgent) => Promise<EventBody[]>,
  once = false,
  bundle?: string,
  patience = operatorPatience,
): Promise<Answer> {
  const memory: Memory = await withAgent(
    root,
    async (agent) => agent.run(await ordersOf(agent), once),
    patience,
    bundle,
  );
  const { phase, wait, look, problem } = memory;
  return { text: visible(describeMemory(memory)), data: { phase, wait, look, problem } };
}

/** Does everything that a wrong configuration does not stop, and then throws what is wrong with it. */
async function runDue(agent: OpenAgent, once: boolean): Promise<void> {
  await agent.run([], once);
  requireConfigured(agent);
}

/** Throws what is wrong with today's configuration: nothing new is begun with it. */
function requireConfigured({ problem }: Pick<OpenAgent, 'problem'>): void {
  if (problem) throw problem;
}

async function checkOrders(agent: OpenAgent): Promise<EventBody[]> {
  requireConfigured(agent);
  return [{ kind: 'check' }];
}

/** Cancels the update under way and says how to install it after all. */
async function cancel(root: string): Promise<Answer> {
  let version = '';
  const orders = async ({ store }: OpenAgent): Promise<EventBody[]> => {
    version = goalOf((await store.load(new Date())).memory.phase) ?? '';
    return [{ kind: 'cancel' }];
  };
  const patience: Patience = {
    seconds: patientSeconds,
    onWait(pid) {
      operatorPatience.onWait(pid);
      // a run that cannot be stopped is waited for
      void stopRun(pathsOf(root), pid).catch(() => {});
    },
  };
  const { text, data } = await order(root, orders, false, undefined, patience);
  const barred = `${version} is cancelled on this host until: interlock-agent update --retry ${version}`;
  return { text: [visible(barred), text].join('\n'), data: { ...(data as object), barred: version } };
}

async function updateOrders(
  agent: OpenAgent,
  version: string | undefined,
  retry: string | undefined,
): Promise<EventBody[]> {
  requireConfigured(agent);
  const again: EventBody[] = retry ? [{ kind: 'retry', version: retry }] : [{ kind: 'check' }];
  if (agent.offer) return [...again, await bundleOrder(agent, agent.offer, version)];
  return version ? [...again, await byName(agent, version, false)] : again;
}

async function rollbackOrders(agent: OpenAgent, version: string | undefined): Promise<EventBody[]> {
  requireConfigured(agent);
  const { memory } = await agent.store.load(new Date());
  const other = memory.slots[otherSlot(agent.running.slot)];
  if (version && other?.version !== version) return [await byName(agent, version, true)];
  if (!other) throw new InterlockError('not_found', { what: 'a version in the other slot' });
  const failed = memory.failed[other.rootHash];
  // a version that is named is installed although it failed before
  if (failed && !version)
    throw new InterlockError('version_failed_here', { version: other.version, reason: failed.reason });
  await checkState(agent, other.version);
  return [{ kind: 'order', goal: { ...other, grant: null }, target: null, isRollback: true }];
}

/** The state this image leaves behind may be too new for an older one. Asks the image itself, so no network is needed. */
async function checkState({ paths }: OpenAgent, version: string): Promise<void> {
  const { stateCompat } = await readFloor(join(paths.image, imageFloorFile));
  if (!stateCompat || !isNewer(stateCompat, version)) return;
  const problem = `the running version leaves state behind that needs ${stateCompat} or newer`;
  throw new InterlockError('offer_refused', { version, problem });
}

/** An offline bundle is trusted no more than a server: this host's channel must name what it offers. */
async function bundleOrder(
  { ports, running, settings }: OpenAgent,
  { name, channel, version }: OfflineOffer,
  requested: string | undefined,
): Promise<EventBody> {
  const own = settings.name ?? running.name;
  const problem =
    name !== own || channel !== settings.channel
      ? `the offline bundle is for ${name} in ${channel}, this host follows ${own} in ${settings.channel}`
      : (requested ?? version) !== version && `the offline bundle contains ${version}`;
  if (problem) throw new InterlockError('offer_refused', { version: requested ?? version, problem });
  const target = await ports.trust!.accept({ version, grant: null }, running, 'server');
  const goal = { version, rootHash: target.rootHash, grant: null };
  return { kind: 'order', goal, target, isRollback: false };
}

async function byName(
  { ports, running }: OpenAgent,
  version: string,
  isRollback: boolean,
): Promise<EventBody> {
  if (!ports.trust) throw new InterlockError('usage', { problem: 'no server is configured' });
  const target = await ports.trust.accept({ version, grant: null }, running, 'operator');
  const goal = { version, rootHash: target.rootHash, grant: null };
  return { kind: 'order', goal, target, isRollback };
}
