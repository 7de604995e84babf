import { journeyOf } from './journey-of.ts';

/** The steps of the update under way, with those that are done; nothing when none is under way. */
export function Journey({ at }: { at: string | null }) {
  const steps = journeyOf(at);
  if (!steps) return null;
  return (
    <ol class="journey" aria-label="Steps of the update">
      {steps.map(({ name, is }) => (
        <li key={name} class={is} aria-current={is === 'here' ? 'step' : undefined}>
          {name}
          <span class="visually-hidden">{is === 'passed' ? ', done' : is === 'here' ? ', now' : ''}</span>
        </li>
      ))}
    </ol>
  );
}
