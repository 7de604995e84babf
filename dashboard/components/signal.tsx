import type { ComponentChildren } from 'preact';
import type { Tone } from '../labels/tone.ts';

const lamps = ['go', 'caution', 'stop'] as const;

/** A small signal head: where the lit lamp sits tells as much as its colour. Say the state in words beside it. */
export function Signal({ tone, big = false }: { tone: Tone; big?: boolean }) {
  return (
    <svg class={big ? 'signal big' : 'signal'} viewBox="0 0 12 28" aria-hidden="true" focusable="false">
      <rect class="head" x="0.5" y="0.5" width="11" height="27" rx="5.5" />
      {lamps.map((lamp, at) => {
        const lit = tone === lamp || (tone === 'moving' && lamp === 'caution');
        return (
          <circle
            key={lamp}
            class={lit ? `lamp ${tone}` : 'lamp'}
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
export function State({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`state ${tone}`}>
      <Signal tone={tone} />
      <span>{children}</span>
    </span>
  );
}
