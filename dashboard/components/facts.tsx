import type { ComponentChildren } from 'preact';

/** Names and values; with `lines`, each on a line of its own. */
export function Facts({
  of,
  lines = false,
}: {
  of: readonly (readonly [string, ComponentChildren])[];
  lines?: boolean;
}) {
  return (
    <dl class={lines ? 'facts lines' : 'facts'}>
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
