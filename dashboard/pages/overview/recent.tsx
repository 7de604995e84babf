import type { AuditLine } from '../../../protocol/operator.ts';
import { Section } from '../../parts/page.tsx';
import { When } from '../../parts/when.tsx';

/** What was done last, and by whom. */
export function Recent({ of }: { of: readonly AuditLine[] }) {
  return (
    <Section title="Done lately" note={<a href="/audit">Audit</a>}>
      {of.length === 0 && <p class="quiet">Nothing yet.</p>}
      <ol class="recent">
        {of.slice(0, 8).map(({ seq, who, action, subject, at }) => (
          <li key={seq}>
            <span>
              <b>{action}</b> {subject}
            </span>
            <small class="quiet">
              {who}, <When time={at} />
            </small>
          </li>
        ))}
      </ol>
    </Section>
  );
}
