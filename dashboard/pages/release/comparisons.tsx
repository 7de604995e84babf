import type { ReleaseDetail } from '../../../protocol/api/dashboard.ts';
import type { ReleaseSummary } from '../../../protocol/api/operator.ts';
import { useQuery } from '../../api/use-query.ts';
import { Loaded } from '../../components/loaded.tsx';
import { Section } from '../../components/page.tsx';
import { pathTo } from '../../router/routes.ts';

/** Links that compare the packages of a release with those of every other version. */
export function Comparisons({ of }: { of: ReleaseDetail }) {
  const releases = useQuery<{ releases: ReleaseSummary[] }>('/v1/releases', ['channel']);
  return <Loaded of={releases}>{({ releases: all }) => <Links of={of} releases={all} />}</Loaded>;
}

function Links({ of: release, releases }: { of: ReleaseDetail; releases: readonly ReleaseSummary[] }) {
  const { name, version, arch, published } = release;
  const others = releases
    .filter((each) => each.name === name && each.arch === arch && each.version !== version)
    .toSorted((a, b) => b.published.localeCompare(a.published));
  if (others.length === 0) return null;
  return (
    <Section title="What changed" note="package by package">
      <ul class="links">
        {others.map((other) => {
          const isLater = other.published > published;
          const [from, to] = isLater ? [version, other.version] : [other.version, version];
          return (
            <li key={other.version}>
              <a href={pathTo('/releases/compare', { name, arch, from, to })}>
                {isLater ? 'until' : 'since'} {other.version}
              </a>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
