import type { AuditLine } from '../../protocol/api/operator.ts';
import { auditWords } from '../../protocol/text/audit-words.ts';
import { subjectPath } from '../router/subject-path.ts';
import { WithTimes } from './when.tsx';

/** An audit line as a sentence, with a link to what it is about. */
export function AuditSentence({ of: line }: { of: AuditLine }) {
  const { who, did, subject, rest } = auditWords(line);
  const path = subjectPath(line.subject);
  return (
    <span class="break">
      <b title={line.who}>{who}</b> {did}{' '}
      {path && subject ? (
        <a href={path} title={line.subject}>
          {subject}
        </a>
      ) : (
        <span title={line.subject}>{subject}</span>
      )}
      {rest && ` ${rest}`}
    </span>
  );
}

/** What changed, value by value, and the reason that was given. */
export function AuditChange({ of: line }: { of: AuditLine }) {
  const { note, facts } = auditWords(line);
  return (
    <>
      {note && (
        <span class="break">
          <WithTimes text={note} />
        </span>
      )}
      {facts.map(({ field, before, after }) => (
        <small key={field} class="break">
          {field} {before !== null && <s>{before}</s>}
          {before !== null && ' → '}
          {after === null ? 'none' : <b>{after}</b>}
        </small>
      ))}
    </>
  );
}
