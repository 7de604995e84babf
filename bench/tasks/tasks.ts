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
      await person.choose(person.page.getByRole('combobox', { name: 'Time' }), '24h');
      await person.see(/held/);
    },
    async inTerminal(terminal) {
      await terminal.type('interlock audit --since yesterday', /hold|held/);
    },
  },
  {
    name: 'who runs openssl below 3.5.4',
    async onPage(person) {
      await person.click(person.link('Packages'));
      await person.type(person.page.getByLabel('Package or source'), 'openssl');
      await person.type(person.page.getByLabel('Version'), '3.5.4');
      await person.enter();
      await person.see('3.5.1-1');
    },
    async inTerminal(terminal) {
      await terminal.type("interlock fleet affected 'openssl < 3.5.4'", /of \d+ hosts run/);
    },
  },
  {
    name: 'plan a rollout for tomorrow night',
    async onPage(person) {
      await person.click(person.link('Rollouts'));
      await person.click(person.link('Plan a rollout'));
      await person.choose(person.page.getByRole('combobox', { name: 'Policy' }), 'now');
      await person.click(person.button('Start tomorrow 22:00'));
      await person.type(person.page.getByLabel('may start: from'), '22:00');
      await person.type(person.page.getByLabel('may start: to'), '05:00');
      await person.see(/hosts? would start core 2\.0\.0: the first at \S+ 22:00/);
      await person.click(person.button('Schedule the rollout'));
      await person.click(
        person.page.getByRole('dialog').getByRole('button', { name: 'Schedule the rollout' }),
      );
      await person.see('The rollout is scheduled.');
    },
    async inTerminal(terminal) {
      const when = '--channel stable --policy now --window "22:00-05:00 Europe/Berlin" --at "tomorrow 22:00"';
      await terminal.type(`interlock rollout preview core ${when}`, /hosts/);
      await terminal.type(`interlock rollout start core ${when}`, /scheduled|core 2\.0\.0/);
    },
  },
  {
    name: 'roll back',
    async onPage(person, _, holder) {
      await person.click(person.link('Show failed hosts'));
      await person.click(person.button(/^Copy the command: interlock rollback core/));
      const command = await person.page.getByRole('alert').locator('code').textContent();
      // the terminal's part of this task signs for real: both go to the same version
      await holder.type(
        `${command} --reason "no answer on port 80" --export request.json`,
        /2\.0\.0|request/,
      );
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
