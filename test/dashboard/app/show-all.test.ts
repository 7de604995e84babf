import { Fragment, h, options, type VNode } from 'preact';
import { expect, it } from 'vitest';
import { showAll } from '../../../dashboard/app/show-all.ts';

showAll();
const props = ({ props }: Pick<VNode<object>, 'props'>) => props as Record<string, unknown>;
const turned = 'a\u202egnp\u001b';

it('every text of the page shows all its characters', () => {
  expect(props(h('p', null, turned)).children).toBe('a\\u202egnp\\x1b');
  expect(props(h('p', { title: turned, 'aria-label': 'x\u200b', value: turned }, 1, ['b\n', null]))).toEqual({
    title: 'a\\u202egnp\\x1b',
    'aria-label': 'x\\u200b',
    value: turned,
    children: [1, ['b\\n', null]],
  });
  expect(props(h(Fragment, null, turned, 'plain')).children).toEqual(['a\\u202egnp\\x1b', 'plain']);
  expect(props(h('pre', null, 'a\nb\u001b')).children).toBe('a\nb\\x1b');
});

it('a text’s own node, which preact makes while it draws, is left as it is', () => {
  const text = { type: null, props: 'shown already' } as unknown as VNode;
  options.vnode?.(text);
  expect(text.props).toBe('shown already');
});
