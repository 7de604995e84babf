import type { ComponentChildren } from 'preact';
import type { Aspect } from '../labels/states.ts';

const lamps = ['go', 'caution', 'stop'] as const;

/** A small signal head: where the lit lamp sits tells as much as its colour. Say the state in words beside it. */
export function Signal({ aspect, big = false }: { aspect: Aspect; big?: boolean }) {
  return (
    <svg class={big ? 'signal big' : 'signal'} viewBox="0 0 12 28" aria-hidden="true" focusable="false">
      <rect class="head" x="0.5" y="0.5" width="11" height="27" rx="5.5" />
      {lamps.map((lamp, at) => {
        const lit = aspect === lamp || (aspect === 'moving' && lamp === 'caution');
        return (
          <circle
            key={lamp}
            class={lit ? `lamp ${aspect}` : 'lamp'}
            cx="6"
            cy={6 + at * 8}
            r={lit ? 3.6 : 2.6}
          />
        );
      })}
    </svg>
  );
}

/** A signal and its word. */
export function State({ aspect, children }: { aspect: Aspect; children: ComponentChildren }) {
  return (
    <span class={`state ${aspect}`}>
      <Signal aspect={aspect} />
      <span>{children}</span>
    </span>
  );
}
