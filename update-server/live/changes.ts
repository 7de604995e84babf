import type { Change } from '../../protocol/api/dashboard.ts';
import { formatSubject } from '../domain/audit/subject.ts';
import type { Changes } from '../store/interface/changes.ts';

/** More hosts than this at once are one change of kind `hosts`. */
export const manyHosts = 20;

type Known = ReadonlyMap<string, string>;

/** Turns changes into what pages should read again, each once: the grants of a second are one change of their rollout. */
export function changesOf(
  { lines, reporters, rollouts }: Changes,
  known: Known,
): { changes: Change[]; known: Known } {
  const now = new Map(rollouts.map(({ id, ...state }) => [id, JSON.stringify(state)]));
  const moved = [...now].filter(([id, state]) => known.get(id) !== state).map(([id]) => id);
  const gone = [...known.keys()].filter((id) => !now.has(id));
  const all = [
    ...lines.map(changeOf),
    ...[...moved, ...gone].map((id): Change => ({ kind: 'rollout', id, what: 'progress' })),
    ...reporters.map((id): Change => ({ kind: 'host', id, what: 'report' })),
  ];
  return { changes: fewer(unique(all)), known: now };
}

/** What a page reads again after an audit line; what is about many or all hosts is shown with the channels. */
function changeOf({ action, subject }: Changes['lines'][number]): Change {
  if (action === 'log in' || action === 'log out') return { kind: 'session', id: '', what: action };
  const id = 'id' in subject ? subject.id : formatSubject(subject);
  if (action === 'set policy') return { kind: 'policy', id, what: action };
  switch (subject.kind) {
    case 'rollout':
    case 'host':
    case 'token':
    case 'lock':
      return { kind: subject.kind, id, what: action };
    default:
      return { kind: 'channel', id, what: action };
  }
}

function unique(changes: readonly Change[]): Change[] {
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}

function fewer(changes: Change[]): Change[] {
  const others = changes.filter(({ kind }) => kind !== 'host');
  const tooMany = changes.length - others.length > manyHosts;
  return tooMany ? [...others, { kind: 'hosts', id: '', what: 'report' }] : changes;
}
