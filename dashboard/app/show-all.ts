import { type ComponentChildren, options, type VNode } from 'preact';
import { visible, visibleLines } from '../../protocol/text/visible.ts';

const textProps = ['title', 'aria-label', 'alt', 'placeholder'];
type Show = (text: string) => string;

/**
 * Makes invisible characters visible in every text of the page: markup does no harm in a text node, but characters that
 * change the direction of writing do.
 */
export function showAll(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    // a text node has the text itself for its props, which was handled as the child of its element
    if (typeof vnode.props === 'object') showIn(vnode as VNode<Record<string, unknown>>);
    before?.(vnode);
  };
}

function showIn({ type, props }: VNode<Record<string, unknown>>): void {
  if ('children' in props) {
    props.children = shown(props.children as ComponentChildren, type === 'pre' ? visibleLines : visible);
  }
  for (const name of textProps) {
    if (typeof type === 'string' && typeof props[name] === 'string') props[name] = visible(props[name]);
  }
}

function shown(children: ComponentChildren, show: Show): ComponentChildren {
  if (typeof children === 'string') return show(children);
  return Array.isArray(children) ? children.map((child) => shown(child, show)) : children;
}
