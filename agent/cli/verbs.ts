import type { Command } from 'commander';
import { visible } from '../../protocol/text/visible.ts';
import { type Answer, answer, verb } from '../../system/command/command.ts';
import type { Patience } from '../../system/files/hold-lock.ts';
import { print } from '../../system/terminal/print.ts';
import { pathsOf } from '../config/paths.ts';
import type { EventBody } from '../state-machine/event.ts';
import type { Memory } from '../state-machine/memory.ts';
import { describeMemory, goalOf } from './describe.ts';
import { runTrial } from './run-trial.ts';
import { stopRun } from './stop-run.ts';
import { requireConfigured, rollbackOrders, type UpdateOptions, updateOrders } from './update-orders.ts';
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
    'interlock-agent update --stage',
  )
    .option('--retry <version>', 'retry a version that failed or was cancelled here')
    .option('--stage', 'download and write now; reboot at the next window, or by `update` or `reboot`')
    .option('--now', 'whatever the windows of this host say')
    .option(
      '--from <path>',
      'install the offline update in this folder or tar file, written by `interlock export`',
    )
    .action(
      answer((version: string | undefined, options: UpdateOptions) =>
        order(root(), (agent) => updateOrders(agent, version, options), false, options.from),
      ),
    );

  verb(
    program,
    'rollback [version]',
    'Go back to the other slot, or to a named version',
    'interlock-agent rollback',
  )
    .option('--now', 'whatever the windows of this host say')
    .action(
      answer((version: string | undefined, { now = false }: { now?: boolean }) =>
        order(root(), async (agent) => [
          ...(await rollbackOrders(agent, version)),
          { kind: 'proceed', anyTime: now },
        ]),
      ),
    );

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
export const operatorPatience: Patience = {
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
  if (!version) return { text, data };
  const barred = `${version} is cancelled on this host until: interlock-agent update --retry ${version}`;
  return { text: [visible(barred), text].join('\n'), data: { ...(data as object), barred: version } };
}
