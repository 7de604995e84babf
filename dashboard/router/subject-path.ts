import { hostPath, releasePath, rolloutPath } from './routes.ts';

/** The page of an audit line’s subject; undefined when there is none. */
export function subjectPath(subject: string): string | undefined {
  const [, kind, which = ''] = /^(host|rollout|release) (\S+)$/.exec(subject) ?? [];
  if (kind === 'host') return hostPath(which);
  if (kind === 'rollout') return rolloutPath(which);
  const [name, version, arch] = which.split('/');
  return name && version && arch ? releasePath(name, version, arch) : undefined;
}
