import type { ComponentChildren } from 'preact';
import type { Tone } from '../labels/tone.ts';
import { Signal } from './signal.tsx';

/** Something the reader should know before everything else. */
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

/** Says that there is nothing, and what would make something. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
