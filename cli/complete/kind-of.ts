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

/** What a value of a command is, by the name that its help gives it; undefined for what nobody can list. */
export function kindOf({ path, options }: CommandNode, value: string): Kind | undefined {
  if (value === 'profile') return 'profile';
  if (!options.some(({ flag }) => flag === '--server')) return undefined;
  if (value === 'name' && !['token', 'login'].includes(path[1] ?? '')) return 'image';
  if (value === 'id' && path[1] === 'token') return 'token';
  return kinds.find((kind) => kind === value);
}
