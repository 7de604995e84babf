import type { Attention } from '../../../protocol/api/dashboard.ts';
import { Section } from '../../components/page.tsx';
import { Signal } from '../../components/signal.tsx';
import { WithTimes } from '../../components/when.tsx';
import { countOf } from '../../format/size.ts';
import { lookUp, type Tone } from '../../labels/tone.ts';
import { pathTo, rolloutPath } from '../../router/routes.ts';

interface Shown {
  tone: Tone;
  /** The next step to take, and the page for it. */
  step: string;
  path(id: string | null): string;
  /** The finding in words, where the server only counts hosts. */
  describe?(hosts: number): string;
}

const theseHosts = (query: Record<string, string>) => ({
  step: 'Show hosts',
  path: () => pathTo('/hosts', query),
});
const signatures = { step: 'Show signatures', path: () => '/releases' };

const shown: Record<Attention['kind'], Shown> = {
  server_unready: { tone: 'stop', ...signatures },
  disk_low: { tone: 'stop', ...signatures, step: 'Show releases' },
  blobs_damaged: { tone: 'stop', ...signatures, step: 'Show releases' },
  rollout_halted: { tone: 'stop', step: 'Show failed hosts', path: (id) => rolloutPath(id ?? '') },
  metadata_expired: { tone: 'stop', ...signatures },
  metadata_due: { tone: 'caution', ...signatures },
  hosts_failed: {
    tone: 'stop',
    ...theseHosts({ state: 'failed' }),
    describe: (hosts) => `The next version failed on ${countOf(hosts, 'host')} and is not tried again there.`,
  },
  hosts_cloned: {
    tone: 'stop',
    ...theseHosts({ flag: 'cloned' }),
    describe: (hosts) =>
      `${countOf(hosts, 'host')} cloned: two machines share one credential, so neither gets updates.`,
  },
  hosts_unapproved: {
    tone: 'caution',
    ...theseHosts({ flag: 'unapproved' }),
    step: 'Approve or forget',
    describe: (hosts) =>
      `${countOf(hosts, 'host')} enrolled without a join token. Until approved, ${hosts === 1 ? 'it does' : 'they do'} not count in rollouts.`,
  },
  hosts_in_trouble: {
    tone: 'caution',
    ...theseHosts({ flag: 'in_trouble' }),
    describe: (hosts) => `${countOf(hosts, 'host')} stuck: the host’s page shows the agent’s error.`,
  },
  hosts_silent: {
    tone: 'caution',
    ...theseHosts({ state: 'silent' }),
    describe: (hosts) =>
      `${countOf(hosts, 'host')} not seen for a day, or not since ${hosts === 1 ? 'it' : 'they'} reported a reboot.`,
  },
};

const other: Shown = { tone: 'caution', step: 'Show overview', path: () => '/' };

/** What needs attention, the most urgent first, each with the step to take. */
export function AttentionList({ of }: { of: readonly Attention[] }) {
  return (
    <Section title="Needs attention">
      {of.length === 0 && (
        <p class="clear">
          <Signal tone="go" /> No action needed.
        </p>
      )}
      {of.length > 0 && (
        <ul class="attention">
          {of.map(({ kind, id, text, hosts }) => {
            const { tone, step, path, describe } = lookUp<Shown>(shown, kind, other);
            return (
              <li key={`${kind} ${id}`} class={tone}>
                <Signal tone={tone} />
                <span>
                  <span class="visually-hidden">{tone === 'stop' ? 'Critical: ' : 'Warning: '}</span>
                  <WithTimes text={describe?.(hosts) ?? text} />
                </span>
                <a href={path(id)}>{step}</a>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}
