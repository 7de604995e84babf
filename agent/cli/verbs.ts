import type { Command } from 'commander';
import { answer, verb } from '../../system/command/command.ts';
import { cancelUpdate, giveOrders, operatorPatience } from './give-orders.ts';
import { checkOrders, requireConfigured, rollbackOrders, updateOrders } from './orders.ts';
import { runTrial } from './run-trial.ts';
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
  ).action(answer(() => giveOrders(root(), async () => [{ kind: 'noted' }])));

  verb(
    program,
    'check',
    'Ask the server now; the next run installs what it offers',
    'interlock-agent check',
  ).action(answer(() => giveOrders(root(), checkOrders, true)));

  verb(
    program,
    'update [version]',
    'Update now, to what the server offers or to a named version',
    'interlock-agent update 1.2.0',
  )
    .option('--retry <version>', 'try a version again that failed or was cancelled here')
    .option('--from <path>', 'take the release that `interlock export` wrote to this folder or tar file')
    .action(
      answer((version: string | undefined, { retry, from }: { retry?: string; from?: string }) =>
        giveOrders(root(), (agent) => updateOrders(agent, version, retry), false, from),
      ),
    );

  verb(
    program,
    'rollback [version]',
    'Go back to the other slot, or to a named version',
    'interlock-agent rollback',
  ).action(
    answer((version: string | undefined) => giveOrders(root(), (agent) => rollbackOrders(agent, version))),
  );

  verb(
    program,
    'confirm',
    'Accept the slot on trial without its health checks',
    'interlock-agent confirm',
  ).action(answer(() => giveOrders(root(), async () => [{ kind: 'confirm' }])));

  verb(
    program,
    'cancel',
    'Cancel an update before its reboot; it does not start again by itself',
    'interlock-agent cancel',
  ).action(answer(() => cancelUpdate(root())));
}

/** Does everything that a wrong configuration does not stop, and then throws what is wrong with it. */
async function runDue(agent: OpenAgent, once: boolean): Promise<void> {
  await agent.run([], once);
  requireConfigured(agent);
}
