import type { AuditLine } from '../../../protocol/api/operator.ts';
import { Section } from '../../components/page.tsx';
import { Brief, Subject } from '../../components/subject.tsx';
import { When } from '../../components/when.tsx';

/** Coming and going is for the audit log alone. */
function isWork({ action }: AuditLine): boolean {
  return action !== 'log in' && action !== 'log out';
}

/** What was done last, and by whom. */
export function Recent({ of }: { of: readonly AuditLine[] }) {
  return (
    <Section title="Done lately" note={<a href="/audit">Audit</a>}>
      {of.length === 0 && <p class="quiet">Nothing yet.</p>}
      <ol class="recent">
        {of
          .filter(isWork)
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
