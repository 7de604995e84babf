import type { CommandNode } from '../../system/command/command-tree.ts';

/** What only a server or this machine knows, and a shell therefore asks for while a line is typed. */
export const kinds = [
  'host',
  'rollout',
  'channel',
  'version',
  'group',
  'image',
  'token',
  'policy',
  'profile',
] as const;
export type Kind = (typeof kinds)[number];

/** The verbs that take hosts and behind them what to set. */
const lastWords: Readonly<Record<string, string>> = { group: 'group,host', pin: 'version,host' };

/** What a value of a command is, by the name that its help gives it; undefined for what nobody can list. Several kinds have commas between. */
export function kindOf({ path, options }: CommandNode, value: string, isLater = false): string | undefined {
  if (value === 'profile') return 'profile';
  if (!options.some(({ flag }) => flag === '--server')) return undefined;
  if (value === 'host' && isLater) return lastWords[path[2] ?? ''] ?? 'host';
  if (value === 'name' && !['token', 'login'].includes(path[1] ?? '')) return 'image';
  if (value === 'id' && path[1] === 'token') return 'token';
  return kinds.find((kind) => kind === value);
}
