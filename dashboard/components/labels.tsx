import { pathTo } from '../router/routes.ts';

/** The labels of a host, each a link to all hosts that have it. */
export function Labels({ of }: { of: Readonly<Record<string, string>> }) {
  return (
    <>
      {Object.entries(of).map(([key, value]) => (
        <a key={key} class="label" href={pathTo('/hosts', { label: `${key}=${value}` })}>
          {key}=<b>{value}</b>
        </a>
      ))}
    </>
  );
}
