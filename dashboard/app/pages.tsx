import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { noteUnreachable } from '../api/events.ts';
import { Loading } from '../components/loading.tsx';
import { Notice } from '../components/notice.tsx';
import { OverviewPage } from '../pages/overview/overview.tsx';
import type { PageName, PageProps } from '../router/routes.ts';

type Found = ComponentType<PageProps>;

/** Where each page’s code is; it comes when the page is first shown, or once the browser has nothing else to do. */
const sources: Record<Exclude<PageName, 'overview'>, () => Promise<Found>> = {
  rollouts: async () => (await import('../pages/rollouts.tsx')).RolloutsPage,
  plan: async () => (await import('../pages/plan/plan.tsx')).PlanPage,
  rollout: async () => (await import('../pages/rollout/rollout.tsx')).RolloutPage,
  hosts: async () => (await import('../pages/hosts/hosts.tsx')).HostsPage,
  host: async () => (await import('../pages/host/host.tsx')).HostPage,
  releases: async () => (await import('../pages/releases/releases.tsx')).ReleasesPage,
  compare: async () => (await import('../pages/compare.tsx')).ComparePage,
  change: async () => (await import('../pages/change/change.tsx')).ChangePage,
  policy: async () => (await import('../pages/change/policy.tsx')).PolicyPage,
  release: async () => (await import('../pages/release/release.tsx')).ReleasePage,
  packages: async () => (await import('../pages/packages/packages.tsx')).PackagesPage,
  locks: async () => (await import('../pages/locks/locks.tsx')).LocksPage,
  tokens: async () => (await import('../pages/tokens/tokens.tsx')).TokensPage,
  userData: async () => (await import('../pages/user-data/user-data.tsx')).UserDataPage,
  audit: async () => (await import('../pages/audit/audit.tsx')).AuditPage,
};

const loaded = new Map<PageName, Found>([['overview', OverviewPage]]);

async function load(name: PageName): Promise<void> {
  if (name !== 'overview' && !loaded.has(name)) loaded.set(name, await sources[name]());
}

/** Fetches the code of all pages while the browser idles, so that they open at once and also while the server is away. */
export async function loadAllPages(): Promise<void> {
  // a page whose code does not come now is tried again, with a message, when it is opened
  await Promise.allSettled((Object.keys(sources) as PageName[]).map(load));
}

/** A page by its name, once its code is here. */
export function PageByName({ name, ...props }: PageProps & { name: PageName }) {
  const [problem, setProblem] = useState('');
  const [, again] = useState(0);
  const Found = loaded.get(name);
  useEffect(() => {
    const fail = (error: Error) => {
      noteUnreachable();
      setProblem(error.message);
    };
    if (!Found) load(name).then(() => again((count) => count + 1), fail);
  }, [name, Found]);
  if (Found) return <Found {...props} />;
  if (!problem) return <Loading />;
  return (
    <Notice tone="stop" title={`This page’s code did not come: ${problem}`}>
      <button type="button" onClick={() => location.reload()}>
        Load the dashboard again
      </button>
    </Notice>
  );
}
