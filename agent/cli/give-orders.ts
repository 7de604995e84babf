import { visible } from '../../protocol/text/visible.ts';
import type { Answer } from '../../system/command/command.ts';
import { print } from '../../system/terminal/print.ts';
import { pathsOf } from '../config/paths.ts';
import type { Patience } from '../state/hold-lock.ts';
import type { EventBody } from '../state-machine/event.ts';
import { describeMemory, goalOf } from './describe.ts';
import { stopRun } from './stop-run.ts';
import { type OpenAgent, withAgent } from './with-agent.ts';

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
export async function giveOrders(
  root: string,
  ordersOf: (agent: OpenAgent) => Promise<EventBody[]>,
  once = false,
  bundle?: string,
  patience = operatorPatience,
): Promise<Answer> {
  const memory = await withAgent(
    root,
    async (agent) => agent.run(await ordersOf(agent), once),
    patience,
    bundle,
  );
  const { phase, wait, look, problem } = memory;
  return { text: visible(describeMemory(memory)), data: { phase, wait, look, problem } };
}

/** Cancels the update under way and says how to install it after all. */
export async function cancelUpdate(root: string): Promise<Answer> {
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
  const { text, data } = await giveOrders(root, orders, false, undefined, patience);
  const barred = `${version} is cancelled on this host until: interlock-agent update --retry ${version}`;
  return { text: [visible(barred), text].join('\n'), data: { ...(data as object), barred: version } };
}
