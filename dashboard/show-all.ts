import { type ComponentChildren, options, type VNode } from 'preact';
import { visible, visibleLines } from '../protocol/visible.ts';

const worded = ['title', 'aria-label', 'alt', 'placeholder'];
type Show = (text: string) => string;

/**
 * Has every text of the page show all its characters, wherever it comes from: markup is no danger in a text node, marks
 * that turn the direction of writing are.
 */
export function showAll(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    const { type, props } = vnode as VNode<Record<string, unknown>>;
    if (props && 'children' in props) {
      props.children = shown(props.children as ComponentChildren, type === 'pre' ? visibleLines : visible);
    }
    for (const name of worded) {
      if (typeof type === 'string' && typeof props?.[name] === 'string') props[name] = visible(props[name]);
    }
    before?.(vnode);
  };
}

function shown(children: ComponentChildren, show: Show): ComponentChildren {
  if (typeof children === 'string') return show(children);
  return Array.isArray(children) ? children.map((child) => shown(child, show)) : children;
}
