/** The path of every page; a colon marks a parameter. */
const patterns = {
  overview: '/',
  rollouts: '/rollouts',
  plan: '/rollouts/plan',
  rollout: '/rollouts/:id',
  userData: '/hosts/user-data',
  hosts: '/hosts',
  host: '/hosts/:id',
  releases: '/releases',
  compare: '/releases/compare',
  change: '/releases/change',
  policy: '/releases/policy',
  release: '/releases/:name/:version/:arch',
  packages: '/packages',
  locks: '/locks',
  tokens: '/tokens',
  audit: '/audit',
} as const;

export type PageName = keyof typeof patterns;
export interface Route {
  page: PageName;
  params: Readonly<Record<string, string>>;
}

/** The page that a path leads to; undefined when there is none. */
export function findRoute(path: string): Route | undefined {
  const parts = split(path);
  for (const [page, pattern] of Object.entries(patterns)) {
    const named = split(pattern);
    if (named.length !== parts.length) continue;
    const fits = named.every((part, index) => part.startsWith(':') || part === parts[index]);
    if (!fits) continue;
    const params = named.flatMap((part, index) =>
      part.startsWith(':') ? [[part.slice(1), parts[index]!]] : [],
    );
    return { page: page as PageName, params: Object.fromEntries(params) };
  }
  return undefined;
}

/** What a page is given: the parameters of its path, and its query. */
export interface PageProps {
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
}

/** A path of the page, with what is filled in escaped and empty query words left out. */
export function pathTo(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const words = new URLSearchParams(
    Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1])),
  ).toString();
  return words ? `${path}?${words}` : path;
}

export const hostPath = (id: string) => `/hosts/${encodeURIComponent(id)}`;
export const rolloutPath = (id: string) => `/rollouts/${encodeURIComponent(id)}`;
export const planPath = ({ name, channel }: { name: string; channel: string }) =>
  pathTo('/rollouts/plan', { name, channel });
export const releasePath = (name: string, version: string, arch: string) =>
  `/releases/${[name, version, arch].map(encodeURIComponent).join('/')}`;

function split(path: string): string[] {
  return path.split('/').filter(Boolean).map(decode);
}

/** A path that is not a well-formed escape stays as it is, and leads nowhere. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
