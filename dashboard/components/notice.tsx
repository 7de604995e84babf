import type { ComponentChildren } from 'preact';
import type { Tone } from '../labels/tone.ts';
import { Signal } from './signal.tsx';

/** A message that stands above everything else. */
export function Notice(props: { tone: Tone; title: string; children?: ComponentChildren }) {
  return (
    <div class={`notice ${props.tone}`} role={props.tone === 'stop' ? 'alert' : undefined}>
      <Signal tone={props.tone} />
      <div>
        <p class="notice-title">{props.title}</p>
        {props.children}
      </div>
    </div>
  );
}

/** Says that a list is empty, and what would fill it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
