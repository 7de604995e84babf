import { useState } from 'preact/hooks';
import type { ReleaseSummary } from '../../protocol/api/operator.ts';
import { compareVersions } from '../../protocol/text/version.ts';
import { useQuery } from '../api/use-query.ts';

/** Written again here: the server's schema would bring its library into the page, and checks the value in any case. */
const groupPattern = '[a-z0-9][a-z0-9.\\-]{0,62}';

/** The version to pin to: one of the releases of the images that the hosts follow, newest first. */
export function ChooseVersion({
  images,
  pinned,
}: {
  images: readonly string[];
  pinned?: string | null | undefined;
}) {
  const { data, problem } = useQuery<{ releases: ReleaseSummary[] }>('/v1/releases');
  const fitting = (data?.releases ?? []).filter(({ name }) => images.includes(name));
  const heads = (version: string) => [
    ...new Set(fitting.filter((one) => one.version === version).flatMap(({ channels }) => channels)),
  ];
  const versions = [...new Set(fitting.map(({ version }) => version))].toSorted((a, b) =>
    compareVersions(b, a),
  );
  return (
    <label class="field">
      <span>Version</span>
      <select name="version" required value={pinned ?? undefined}>
        <option value="">Choose a release</option>
        {versions.map((version) => (
          <option key={version} value={version}>
            {version}
            {heads(version).length > 0 && ` (head of ${heads(version).join(', ')})`}
          </option>
        ))}
      </select>
      {data && versions.length === 0 && <small>No release of {images.join(', ')} was published yet.</small>}
      {problem && <small class="problem">{problem.message}</small>}
    </label>
  );
}

/** The group to put hosts into: one that hosts are in, or a new one by name. */
export function ChooseGroup({ groups }: { groups: readonly string[] }) {
  const [isNew, setNew] = useState(groups.length === 0);
  return (
    <>
      {groups.length > 0 && (
        <label class="field">
          <span>Group</span>
          <select
            name={isNew ? undefined : 'group'}
            onChange={(event) => setNew(event.currentTarget.value === '')}
          >
            {groups.map((group) => (
              <option key={group} value={group}>
                {group}
              </option>
            ))}
            <option value="">New group…</option>
          </select>
        </label>
      )}
      {isNew && (
        <label class="field">
          <span>Name of the new group</span>
          <input
            name="group"
            required
            pattern={groupPattern}
            maxLength={63}
            autocomplete="off"
            spellcheck={false}
          />
          <small>
            Lower-case letters, digits, “-” and “.”. No host is in it yet, and no policy names it by itself.
          </small>
        </label>
      )}
    </>
  );
}
