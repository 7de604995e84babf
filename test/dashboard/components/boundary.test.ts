import { h as make, render, type VNode } from 'preact';
import { expect, it, vi } from 'vitest';
import { fromNow, onCalendar } from '../../../dashboard/format/time.ts';
import { SmallNode, smallDocument } from '../support/small-dom.ts';

vi.stubGlobal('document', smallDocument);

// by a path that the compiler does not follow: the page's sources have settings of their own
const part = async (file: string) =>
  import(new URL(`../../../dashboard/components/${file}.tsx`, import.meta.url).href);
const { Loaded } = await part('loaded');
const { Boundary } = await part('boundary');
const { Section } = await part('page');

/** Any part with whatever it takes. */
const h = make as (...of: unknown[]) => VNode<never>;

/** Draws, and waits until what failed was drawn anew. */
async function draw(...parts: VNode<never>[]): Promise<{ root: SmallNode; text(): string }> {
  const root = new SmallNode('body');
  await redraw(root, ...parts);
  return { root, text: () => root.textContent };
}

async function redraw(root: SmallNode, ...parts: VNode<never>[]): Promise<void> {
  render(h('div', null, parts) as never, root as never);
  await new Promise((done) => setTimeout(done, 20));
}

function Broken({ time }: { time: string }): never {
  throw new RangeError(`Invalid time value: ${time}`);
}
const well = (data: unknown) => ({ data, problem: undefined, loading: false, reload: () => {} }) as never;

it('a section that cannot be drawn leaves the others as they are', async () => {
  const { text } = await draw(
    h(Section, { key: 'a', title: 'Rollouts', children: h(Broken, { time: '2026-13-01' }) }),
    h(Section, { key: 'b', title: 'Hosts', children: h('p', null, 'ten hosts') }),
  );
  expect(text()).toContain('Rollouts cannot be shown: Invalid time value: 2026-13-01');
  expect(text()).toContain('ten hosts');
});

it('an answer that cannot be drawn leaves the others, and the next one is tried again', async () => {
  const shown = (data: { at: string }) => {
    if (data.at === 'bad') throw new Error('no date');
    return h('p', null, `at ${data.at}`);
  };
  const parts = (at: string) => [
    h(Loaded, { key: 'a', of: well({ at }), children: shown }),
    h(Loaded, { key: 'b', of: well({ at: 'noon' }), children: shown }),
  ];
  const { root, text } = await draw(...parts('bad'));
  expect(text()).toContain('cannot be shown: no date');
  expect(text()).toContain('at noon');
  await redraw(root, ...parts('night'));
  expect(text()).toContain('at night');
  expect(text()).not.toContain('cannot be shown');
});

it('what can be drawn stands as it is', async () => {
  const { text } = await draw(h(Boundary, { part: 'It', children: h('p', null, 'all is well') }));
  expect(text()).toBe('all is well');
});

it.each(['2026-13-01T00:00:00Z', '', 'yesterday'])('a time that is none is shown as it came: %o', (time) => {
  expect(fromNow(time)).toBe(time);
  expect(onCalendar(time)).toBe(time);
});
