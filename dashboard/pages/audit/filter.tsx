import { auditActions } from '../../../protocol/text/audit-words.ts';
import { go } from '../../router/navigate.ts';
import { pathTo } from '../../router/routes.ts';

/** What narrows the audit log, as it stands in the address. */
export const auditFilters = ['last', 'since', 'until', 'by', 'action', 'subject', 'routine'] as const;
/** Which lines the page shows. */
export type AuditFilters = Partial<Record<(typeof auditFilters)[number], string | undefined>>;

const spans: Readonly<Record<string, readonly [string, number]>> = {
  '1h': ['Last hour', 3_600_000],
  '12h': ['Last 12 hours', 12 * 3_600_000],
  '24h': ['Last 24 hours', 86_400_000],
  '7d': ['Last 7 days', 7 * 86_400_000],
  '30d': ['Last 30 days', 30 * 86_400_000],
};

/** The filters as the API takes them; a span begins at a full minute, so that it stays the same request for a while. */
export function toQuery({ last, routine, ...filter }: AuditFilters): Record<string, string | undefined> {
  const span = spans[last ?? '']?.[1];
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const at = (local: string | undefined) => {
    const date = new Date(local ?? '');
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
  };
  return {
    ...{ by: filter.by, action: filter.action, subject: filter.subject },
    since: span === undefined ? at(filter.since) : new Date(minute - span).toISOString(),
    until: at(filter.until),
    routine: routine === 'show' ? undefined : 'hide',
  };
}

/** Filters by time, person, action and subject; they are in the address, so that a link shows the same. */
export function AuditFilter({ of: filter }: { of: AuditFilters }) {
  const find = (change: AuditFilters) => go(pathTo('/audit', { ...filter, ...change }), 'replace');
  const isOwnSpan = filter.last === 'own' || Boolean(filter.since ?? filter.until);
  return (
    <search>
      <form class="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span class="visually-hidden">Time</span>
          <select
            value={isOwnSpan ? 'own' : (filter.last ?? '')}
            onChange={({ currentTarget: { value } }) =>
              find({ last: value, since: undefined, until: undefined })
            }
          >
            <option value="">Any time</option>
            {Object.entries(spans).map(([value, [label]]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
            <option value="own">From … to …</option>
          </select>
        </label>
        {isOwnSpan && <OwnSpan of={filter} find={find} />}
        <label>
          <span class="visually-hidden">Action</span>
          <select
            value={filter.action ?? ''}
            onChange={(event) => find({ action: event.currentTarget.value })}
          >
            <option value="">Any action</option>
            {auditActions.map((action) => (
              <option key={action} value={action}>
                {action}
              </option>
            ))}
          </select>
        </label>
        <TextFilter label="Person" value={filter.by} onText={(by) => find({ by })} />
        <TextFilter
          label="Host, channel, rollout …"
          value={filter.subject}
          onText={(subject) => find({ subject })}
        />
        <label class="tick">
          <input
            type="checkbox"
            checked={filter.routine === 'show'}
            onChange={(event) => find({ routine: event.currentTarget.checked ? 'show' : undefined })}
          />
          enrollments and log-ins
        </label>
        {Object.values(filter).some(Boolean) && (
          <a class="chip" href="/audit">
            Clear <span aria-hidden="true">×</span>
            <span class="visually-hidden">all filters</span>
          </a>
        )}
      </form>
    </search>
  );
}

function OwnSpan({ of: { since, until }, find }: { of: AuditFilters; find(change: AuditFilters): void }) {
  const ends = [
    ['from', 'since', since],
    ['to', 'until', until],
  ] as const;
  return (
    <>
      {ends.map(([label, name, value]) => (
        <label key={name} class="tick">
          {label}
          <input
            type="datetime-local"
            value={value ?? ''}
            onChange={(event) => find({ last: 'own', [name]: event.currentTarget.value })}
          />
        </label>
      ))}
    </>
  );
}

/** Searches once Enter is pressed or the field is left. */
function TextFilter(props: { label: string; value: string | undefined; onText(text: string): void }) {
  const { label, value = '', onText } = props;
  return (
    <label class="grow few">
      <span class="visually-hidden">{label}</span>
      <input
        key={value}
        type="search"
        placeholder={label}
        defaultValue={value}
        onChange={(event) => onText(event.currentTarget.value.trim())}
      />
    </label>
  );
}
