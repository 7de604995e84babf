import type { Attention } from '../../../protocol/desk.ts';
import { Section } from '../../parts/page.tsx';
import { Signal } from '../../parts/signal.tsx';
import { pathTo, rolloutPath } from '../../routes.ts';
import type { Aspect } from '../../words/states.ts';

interface Shown {
  aspect: Aspect;
  /** The next sensible step, and where it is. */
  step: string;
  path(id: string | null): string;
}

const shown: Record<Attention['kind'], Shown> = {
  rollout_halted: { aspect: 'stop', step: 'See what failed', path: (id) => rolloutPath(id ?? '') },
  metadata_expired: { aspect: 'stop', step: 'See signatures', path: () => '/releases' },
  metadata_due: { aspect: 'caution', step: 'See signatures', path: () => '/releases' },
  hosts_cloned: { aspect: 'stop', step: 'See these hosts', path: () => pathTo('/hosts', { flag: 'cloned' }) },
  hosts_failed: {
    aspect: 'stop',
    step: 'See these hosts',
    path: () => pathTo('/hosts', { state: 'failed' }),
  },
  hosts_silent: {
    aspect: 'caution',
    step: 'See these hosts',
    path: () => pathTo('/hosts', { state: 'silent' }),
  },
  hosts_unapproved: {
    aspect: 'caution',
    step: 'Approve or forget them',
    path: () => pathTo('/hosts', { flag: 'unapproved' }),
  },
  server_unready: { aspect: 'stop', step: 'See what it says', path: () => '/audit' },
};

/** What a person should look at, the worst first, each with the step to take. */
export function AttentionList({ of }: { of: readonly Attention[] }) {
  return (
    <Section title="Needs attention">
      {of.length === 0 && (
        <p class="clear">
          <Signal aspect="go" /> Line clear: nothing needs a person.
        </p>
      )}
      {of.length > 0 && (
        <ul class="attention">
          {of.map(({ kind, id, text }) => {
            const { aspect, step, path } = shown[kind];
            return (
              <li key={`${kind} ${id}`} class={aspect}>
                <Signal aspect={aspect} />
                <span>
                  <span class="unseen">{aspect === 'stop' ? 'Stop: ' : 'Caution: '}</span>
                  {text}
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
