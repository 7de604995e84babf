import { type ChangedFact, changedFacts } from './changed-facts.ts';

/** What a sentence about an audit line is made of; a line of the API fits. */
export interface AuditFacts {
  who: string;
  action: string;
  subject: string;
  /** What people call the subject: a host’s name, a rollout’s release and channel. */
  subjectName?: string | undefined;
  detail: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** A line in plain words: `who did subject rest`, for example `anna` `pinned` `web-1` `to 1.9.0`. */
export interface AuditWords {
  who: string;
  did: string;
  /** Empty where the verb says it all. */
  subject: string;
  rest: string;
  /** The reason, or what else was written down. */
  note: string;
  facts: readonly ChangedFact[];
}

type Put = (given: { line: AuditFacts; operand: string }) => Partial<AuditWords> & { did: string };

const plain =
  (did: string, rest = ''): Put =>
  () => ({ did, rest });
const ofRollout =
  (did: string): Put =>
  () => ({ did, facts: [] });
/** The channels of an image by what changed in them; a serial says nothing that they do not. */
const ofImage =
  (did: string): Put =>
  ({ line: { before, after, detail } }) => {
    const facts = changedFacts(before, after)
      .filter(({ field }) => !field.endsWith(' serial'))
      .map((fact) => ({ ...fact, field: fact.field.replace(/ version$/, '') }));
    return { did, facts, note: facts.length > 0 ? '' : detail };
  };
/** Facts that say more than the sentence: what was before. */
const former = ({ before, after }: AuditFacts) =>
  changedFacts(before, after).filter((fact) => fact.before !== null);

/** Every action that the server writes down; an action with an operand begins with its key. */
const table: Readonly<Record<string, Put>> = {
  hold: () => ({ did: 'held', facts: [] }),
  'let go': () => ({ did: 'released the hold on', facts: [] }),
  'pin to ': ({ operand }) => ({ did: 'pinned', rest: `to ${operand}`, facts: [] }),
  unpin: () => ({ did: 'removed the pin of' }),
  'put into group ': ({ line, operand }) => ({
    did: 'put',
    rest: `into group ${operand}`,
    facts: former(line),
  }),
  'leave its group to the host': plain('left the group of', 'to its own configuration'),
  approve: () => ({ did: 'approved', facts: [] }),
  forget: ({ line: { subject, before } }) =>
    subject === 'unapproved hosts'
      ? {
          did: 'forgot',
          subject: `${String(before?.unapproved ?? 'the')} hosts that waited for approval`,
          facts: [],
        }
      : { did: 'forgot', facts: [] },
  cloned: plain('found two machines with the credential of'),
  enroll: () => ({ did: 'enrolled', facts: [] }),
  'pause rollout': ofRollout('paused'),
  'resume rollout': ofRollout('resumed'),
  'abort rollout': ofRollout('aborted'),
  'finish rollout': ofRollout('ended the ramp of'),
  'start rollout': ({ line: { before, after } }) => ({
    did: 'started a rollout on',
    facts: changedFacts(before, after).filter(({ field }) => !field.endsWith(' rollout')),
  }),
  halt: ofRollout('halted'),
  'lift halt': ofRollout('resumed'),
  'canary passed': ({ line: { detail } }) => ({
    did: 'let the other hosts start after the canaries in',
    note: detail,
    facts: [],
  }),
  complete: ofRollout('completed'),
  'set policy': ({ line: { before, after } }) => ({
    did: 'set the policy of',
    facts: changedFacts(textOf(before), textOf(after)),
    rest: typeof after?.name === 'string' ? `to ${after.name === 'own' ? 'a custom one' : after.name}` : '',
    note: '',
  }),
  'set enrolment': ({ line: { detail } }) => ({
    did: detail === 'open' ? 'let hosts enroll without a token' : 'let hosts enroll only by a join token',
    subject: '',
    note: '',
    facts: [],
  }),
  'create token': ({ line: { detail } }) => ({
    did: `created the ${detail.split(' ')[0]} token`,
    note: '',
    facts: [],
  }),
  'revoke token': () => ({ did: 'revoked the token', facts: [] }),
  'log in': () => ({ did: 'logged in', subject: '' }),
  'log out': () => ({ did: 'logged out', subject: '' }),
  'set places': () => ({ did: 'set the places of the' }),
  'clear failures': () => ({ did: 'cleared failures in the' }),
  'force out of the lock': () => ({ did: 'released a place in the' }),
  init: ofImage('published the first signed metadata of'),
  publish: ofImage('published'),
  promote: ofImage('promoted'),
  rollback: ofImage('rolled back'),
  channel: ofImage('changed the channel rules of'),
  brake: ofImage('used the on-call key on'),
  renew: ofImage('renewed the signatures of'),
  keys: ofImage('changed the keys of'),
};

/** Actions that happen by themselves every day; they are left out unless asked for. */
export const routineActions = ['enroll', 'log in', 'log out'] as const;

/** First words of actions, to choose from in a filter; an action matches that is this word or begins with it. */
export const auditActions = [
  ...new Set(
    Object.keys(table)
      .filter((action) => !(routineActions as readonly string[]).includes(action))
      .map((action) => action.replace(/ (to|into group) $/, '')),
  ),
].toSorted();

/** Puts an audit line into words. An action of a newer server stands as it is. */
export function auditWords(line: AuditFacts): AuditWords {
  const key = Object.keys(table).find((action) =>
    action.endsWith(' ') ? line.action.startsWith(action) : line.action === action,
  );
  const put = key === undefined ? undefined : table[key]!({ line, operand: line.action.slice(key.length) });
  return {
    who: personOf(line.who),
    did: `${line.action}:`,
    subject: subjectOf(line),
    rest: '',
    note: line.detail,
    facts: changedFacts(line.before, line.after),
    ...put,
  };
}

/** The whole line as one sentence for a terminal. */
export function auditSentence(line: AuditFacts): string {
  const { who, did, subject, rest, note, facts } = auditWords(line);
  const changes = facts.map(({ field, before, after }) =>
    before === null ? `${field} ${after}` : `${field} ${before} → ${after ?? 'none'}`,
  );
  const more = [...changes, ...(note ? [note] : [])].join('; ');
  return `${[who, did, subject, rest].filter(Boolean).join(' ')}${more ? `: ${more}` : ''}`;
}

/** A policy’s own settings, without its name. */
function textOf(facts: AuditFacts['before']): AuditFacts['before'] {
  const text = facts?.text;
  return typeof text === 'object' && text !== null ? (text as Record<string, unknown>) : null;
}

/** The name of a token’s bearer without its role and id; ids have their own column. */
function personOf(who: string): string {
  const named = /^(.+) \(\w+ [0-9A-Za-z-]+\)$/.exec(who)?.[1];
  if (named) return named;
  const [role, id] = who.split(' ');
  return id && /^[0-9a-f-]{8,}$/.test(id) ? `${role} ${id.slice(0, 8)}` : who;
}

function subjectOf({ subject, subjectName }: AuditFacts): string {
  const [kind = '', id = ''] = subject.split(' ');
  if (kind === 'rollout') return `the rollout ${subjectName ? `of ${subjectName}` : id.slice(0, 8)}`;
  if (kind === 'lock') return `lock of group ${id}`;
  if (kind === 'host' || kind === 'token') return subjectName || id;
  return subject;
}
