import type { Attention } from '../../../protocol/api/dashboard.ts';
import { Section } from '../../components/page.tsx';
import { Signal } from '../../components/signal.tsx';
import { WithTimes } from '../../components/when.tsx';
import { lookUp, type Tone } from '../../labels/tone.ts';
import { pathTo, rolloutPath } from '../../router/routes.ts';

interface Shown {
  tone: Tone;
  /** The next step to take, and the page for it. */
  step: string;
  path(id: string | null): string;
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
  hosts_failed: { tone: 'stop', ...theseHosts({ state: 'failed' }) },
  hosts_cloned: { tone: 'stop', ...theseHosts({ flag: 'cloned' }) },
  hosts_unapproved: { tone: 'caution', ...theseHosts({ flag: 'unapproved' }), step: 'Approve or forget' },
  hosts_in_trouble: { tone: 'caution', ...theseHosts({ flag: 'in_trouble' }) },
  hosts_silent: { tone: 'caution', ...theseHosts({ state: 'silent' }) },
  hosts_held: { tone: 'caution', ...theseHosts({ flag: 'held' }) },
  hosts_pinned: { tone: 'caution', ...theseHosts({ flag: 'pinned' }) },
  hosts_cancelled: { tone: 'caution', ...theseHosts({ reason: 'cancelled_here' }) },
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
          {of.map(({ kind, id, text }) => {
            const { tone, step, path } = lookUp<Shown>(shown, kind, other);
            return (
              <li key={`${kind} ${id}`} class={tone}>
                <Signal tone={tone} />
                <span>
                  <span class="visually-hidden">{tone === 'stop' ? 'Critical: ' : 'Warning: '}</span>
                  <WithTimes text={text} />
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
