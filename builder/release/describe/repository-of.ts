import type { LockedPackage } from '../../packages/lock/packages-lock.ts';

/** The qualifier of a package URL for a package that is from elsewhere than the mirror: `repository_url`, as the purl specification names it. */
export function repositoryOf({ repository }: Pick<LockedPackage, 'repository'>): string {
  return repository?.includes('://') ? `&repository_url=${encodeURIComponent(repository)}` : '';
}
