/** What an audit line is about: one thing by its id, a channel as `image/channel`, or what there is one of, without an id. */
export type AuditSubject =
  | { kind: 'host' | 'rollout' | 'token' | 'lock' | 'discovery' | 'channel' | 'image'; id: string }
  | { kind: 'enrollment' | 'unapproved_hosts' };

const named = ['host', 'rollout', 'token', 'lock', 'discovery'] as const;
const alone = { enrollment: 'enrolment', unapproved_hosts: 'unapproved hosts' } as const;

/** The text of the API, and of rows that were written before. */
export function formatSubject(subject: AuditSubject): string {
  switch (subject.kind) {
    case 'enrollment':
    case 'unapproved_hosts':
      return alone[subject.kind];
    case 'channel':
    case 'image':
      return subject.id;
    default:
      return `${subject.kind} ${subject.id}`;
  }
}

/** Reads that text again; only where rows are read. */
export function parseSubject(text: string): AuditSubject {
  if (text === alone.enrollment) return { kind: 'enrollment' };
  if (text === alone.unapproved_hosts) return { kind: 'unapproved_hosts' };
  const [word = '', id] = text.split(' ');
  const kind = named.find((one) => one === word);
  if (kind && id) return { kind, id };
  return { kind: text.includes('/') ? 'channel' : 'image', id: text };
}
