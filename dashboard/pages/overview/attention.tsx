import type { Attention } from '../../../protocol/api/dashboard.ts';
import { Section } from '../../components/page.tsx';
import { Signal } from '../../components/signal.tsx';
import { WithTimes } from '../../components/when.tsx';
import { countOf } from '../../format/size.ts';
import { lookUp, type Tone } from '../../labels/tone.ts';
import { pathTo, rolloutPath } from '../../router/routes.ts';

interface Shown {
  tone: Tone;
  /** The next sensible step, and where it is. */
  step: string;
  path(id: string | null): string;
  /** In our words where the server only counts. */
  says?(hosts: number): string;
}

const theseHosts = (query: Record<string, string>) => ({
  step: 'See these hosts',
  path: () => pathTo('/hosts', query),
});
const signatures = { step: 'See signatures', path: () => '/releases' };

const shown: Record<Attention['kind'], Shown> = {
  server_unready: { tone: 'stop', ...signatures },
  disk_low: { tone: 'stop', ...signatures, step: 'See releases' },
  blobs_damaged: { tone: 'stop', ...signatures, step: 'See releases' },
  rollout_halted: { tone: 'stop', step: 'See what failed', path: (id) => rolloutPath(id ?? '') },
  metadata_expired: { tone: 'stop', ...signatures },
  metadata_due: { tone: 'caution', ...signatures },
  hosts_failed: {
    tone: 'stop',
    ...theseHosts({ state: 'failed' }),
    says: (hosts) => `The next version failed on ${countOf(hosts, 'host')} and is not tried there again.`,
  },
  hosts_cloned: {
    tone: 'stop',
    ...theseHosts({ flag: 'cloned' }),
    says: (hosts) => `${countOf(hosts, 'host')} cloned: machines share a credential and get no updates.`,
  },
  hosts_unapproved: {
    tone: 'caution',
    ...theseHosts({ flag: 'unapproved' }),
    step: 'Approve or forget',
    says: (hosts) =>
      `${countOf(hosts, 'host')} came without a join token and ${hosts === 1 ? 'counts' : 'count'} for nothing yet.`,
  },
  hosts_in_trouble: {
    tone: 'caution',
    ...theseHosts({ flag: 'in_trouble' }),
    says: (hosts) => `${countOf(hosts, 'host')} stuck: the agent says on what, on the host's page.`,
  },
  hosts_silent: {
    tone: 'caution',
    ...theseHosts({ state: 'silent' }),
    says: (hosts) =>
      `${countOf(hosts, 'host')} not heard of for a day, or since ${hosts === 1 ? 'it' : 'they'} said ${hosts === 1 ? 'it reboots' : 'they reboot'}.`,
  },
};

const other: Shown = { tone: 'caution', step: 'See the overview', path: () => '/' };

/** What a person should look at, the worst first, each with the step to take. */
export function AttentionList({ of }: { of: readonly Attention[] }) {
  return (
    <Section title="Needs attention">
      {of.length === 0 && (
        <p class="clear">
          <Signal tone="go" /> Line clear: nothing needs a person.
        </p>
      )}
      {of.length > 0 && (
        <ul class="attention">
          {of.map(({ kind, id, text, hosts }) => {
            const { tone, step, path, says } = lookUp<Shown>(shown, kind, other);
            return (
              <li key={`${kind} ${id}`} class={tone}>
                <Signal tone={tone} />
                <span>
                  <span class="visually-hidden">{tone === 'stop' ? 'Stop: ' : 'Caution: '}</span>
                  <WithTimes text={says?.(hosts) ?? text} />
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
