import type { AuditLine } from '../../../protocol/api/operator.ts';
import { Section } from '../../components/page.tsx';
import { Brief, Subject } from '../../components/subject.tsx';
import { When } from '../../components/when.tsx';

/** Logins are in the audit log only. */
function isChange({ action }: AuditLine): boolean {
  return action !== 'log in' && action !== 'log out';
}

/** The latest changes, and who made them. */
export function Recent({ of }: { of: readonly AuditLine[] }) {
  return (
    <Section title="Recent changes" note={<a href="/audit">Audit log</a>}>
      {of.length === 0 && <p class="quiet">No changes yet.</p>}
      <ol class="recent">
        {of
          .filter(isChange)
          .slice(0, 8)
          .map(({ seq, who, action, subject, at }) => (
            <li key={seq}>
              <span>
                <b>{action}</b> <Subject of={subject} />
              </span>
              <small class="quiet">
                <Brief text={who} />, <When time={at} />
              </small>
            </li>
          ))}
      </ol>
    </Section>
  );
}
