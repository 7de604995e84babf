import { type ComponentChildren, options, type VNode } from 'preact';
import { visible, visibleLines } from '../../protocol/text/visible.ts';

const worded = ['title', 'aria-label', 'alt', 'placeholder'];
type Show = (text: string) => string;

/**
 * Has every text of the page show all its characters, wherever it comes from: markup is no danger in a text node, marks
 * that turn the direction of writing are.
 */
export function showAll(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    // a text's own node has the text for its props, shown already as the child of its element
    if (typeof vnode.props === 'object') showIn(vnode as VNode<Record<string, unknown>>);
    before?.(vnode);
  };
}

function showIn({ type, props }: VNode<Record<string, unknown>>): void {
  if ('children' in props) {
    props.children = shown(props.children as ComponentChildren, type === 'pre' ? visibleLines : visible);
  }
  for (const name of worded) {
    if (typeof type === 'string' && typeof props[name] === 'string') props[name] = visible(props[name]);
  }
}

function shown(children: ComponentChildren, show: Show): ComponentChildren {
  if (typeof children === 'string') return show(children);
  return Array.isArray(children) ? children.map((child) => shown(child, show)) : children;
}
