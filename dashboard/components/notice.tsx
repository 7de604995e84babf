import type { ComponentChildren } from 'preact';
import type { Aspect } from '../labels/states.ts';
import { Signal } from './signal.tsx';

/** Something the reader should know before everything else. */
export function Notice(props: { aspect: Aspect; title: string; children?: ComponentChildren }) {
  return (
    <div class={`notice ${props.aspect}`} role={props.aspect === 'stop' ? 'alert' : undefined}>
      <Signal aspect={props.aspect} />
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
