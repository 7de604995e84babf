import type { ComponentChildren } from 'preact';
import type { Tone } from '../labels/tone.ts';

const lamps = ['go', 'caution', 'stop'] as const;

/** A small signal: the position of the lit lamp says the same as its color. Always put a label beside it. */
export function Signal({ tone, big = false }: { tone: Tone; big?: boolean }) {
  return (
    <svg class={big ? 'signal big' : 'signal'} viewBox="0 0 12 28" aria-hidden="true" focusable="false">
      <rect class="head" x="0.5" y="0.5" width="11" height="27" rx="5.5" />
      {lamps.map((lamp, index) => {
        const lit = tone === lamp || (tone === 'moving' && lamp === 'caution');
        return (
          <circle
            key={lamp}
            class={lit ? `lamp ${tone}` : 'lamp'}
            cx="6"
            cy={6 + index * 8}
            r={lit ? 3.6 : 2.6}
          />
        );
      })}
    </svg>
  );
}

/** A signal and its label. */
export function State({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`state ${tone}`}>
      <Signal tone={tone} />
      <span>{children}</span>
    </span>
  );
}
