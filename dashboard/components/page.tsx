import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { visible } from '../../protocol/text/visible.ts';
import { Boundary } from './boundary.tsx';
import { CopyLink } from './copy.tsx';

let first = true;

interface PageProps {
  title: string;
  /** Stands above the title: the page that this one belongs to. */
  over?: ComponentChildren;
  /** Buttons beside the title. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** A page's frame: its title gets the focus after a change of page, as if the page had been loaded. */
export function Page({ title, over, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!first) heading.current?.focus({ preventScroll: true });
    first = false;
  }, []);
  useEffect(() => {
    document.title = visible(`${title} · Interlock`);
  }, [title]);
  return (
    <>
      <header class="page-head">
        <div>
          {over && <p class="over">{over}</p>}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
        </div>
        <div class="page-tools">
          <CopyLink />
          <button type="button" class="plain" onClick={() => print()}>
            Print
          </button>
        </div>
        {actions && (
          <div class="actions">
            <Boundary part="The list of actions" of={actions}>
              {actions}
            </Boundary>
          </div>
        )}
      </header>
      {children}
    </>
  );
}

/** A part of a page with its own heading. */
export function Section(props: { title: string; note?: ComponentChildren; children: ComponentChildren }) {
  const id = `s-${props.title.toLowerCase().replaceAll(/\W+/g, '-')}`;
  return (
    <section class="section" aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{props.title}</h2>
        {props.note && <p class="note">{props.note}</p>}
      </div>
      <Boundary part={props.title} of={props.children}>
        {props.children}
      </Boundary>
    </section>
  );
}
