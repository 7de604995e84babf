import { join } from 'node:path';
import { createClient } from '../../cli/client/client.ts';
import { inTurns } from '../../test/dashboard/support/fake-host.ts';
import type { Person } from './person.ts';
import type { Morning } from './prepare.ts';
import type { Terminal } from './terminal.ts';

/** What an operator wants, and the shortest way to it. */
export interface Task {
  name: string;
  /** The terminal is that of whoever holds the keys. */
  onPage?: (person: Person, morning: Morning, holder: Terminal) => Promise<void>;
  inTerminal?: (terminal: Terminal, morning: Morning) => Promise<void>;
}

/** They build on each other: the last ones change what the first ones look at. */
export const tasks: readonly Task[] = [
  {
    name: 'why a host is not updated',
    async onPage(person, { waiting }) {
      await person.click(person.link('Hosts'));
      await person.type(person.page.getByRole('searchbox'), waiting);
      await person.click(person.link(waiting));
      await person.see(/the ramp reaches it/);
    },
    async inTerminal(terminal, { waiting }) {
      await terminal.type(`interlock host show ${waiting}`, /the\s+ramp\s+reaches/);
    },
  },
  {
    name: 'stop a bad rollout',
    async onPage(person) {
      await person.click(person.link(/core 2\.0\.0/));
      await person.click(person.button('Pause'));
      await person.click(person.page.getByRole('dialog').getByRole('button', { name: 'Pause' }));
      await person.see(/Paused/);
    },
    async inTerminal(terminal, morning) {
      await resume(morning);
      await terminal.type('interlock rollout list', /core/);
      await terminal.type(
        `interlock rollout pause ${morning.rollouts.stable} --reason "customers report errors"`,
        /paused/,
      );
      await resume(morning);
    },
  },
  {
    name: 'what changed last night',
    async onPage(person) {
      await person.click(person.link('Audit'));
      await person.see(/held/);
    },
    async inTerminal(terminal) {
      await terminal.type('interlock audit --since yesterday', /hold|held/);
    },
  },
  {
    name: 'roll back',
    async onPage(person, { dir }, holder) {
      await person.click(person.link('Releases'));
      await person.click(person.link('Roll back on alpha'));
      await person.type(person.page.getByLabel('Reason'), 'no answer on port 80');
      await person.page.keyboard.press('Tab');
      const download = person.page.waitForEvent('download');
      await person.click(person.link('Download the intent'));
      await (await download).saveAs(join(dir, 'rollback.json'));
      // the terminal's part of this task signs: both go to the same version
      await holder.type('interlock intent rollback.json --keys keys --show', /2\.0\.0/);
    },
    async inTerminal(terminal, { hosts }) {
      const alpha = hosts.slice(0, 16);
      await terminal.type('interlock rollout list', /core/);
      await terminal.type(
        'interlock rollback core --channel alpha --to 2.0.0 --keys keys --reason "no answer on port 80"',
        /2\.0\.0/,
      );
      const updates = (async () => {
        while (alpha.some(({ version }) => version !== '2.0.0'))
          await inTurns(alpha, (host) => host.update());
      })();
      await terminal.type('interlock rollout watch core --channel alpha', /16 hosts run it/);
      await updates;
    },
  },
];

async function resume({ rollouts, server, token }: Morning): Promise<void> {
  await createClient({ server: server.url, token }).send(`v1/rollouts/${rollouts.stable}/resume`, {});
}
