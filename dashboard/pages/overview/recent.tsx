import type { AuditLine } from '../../../protocol/api/operator.ts';
import { AuditSentence } from '../../components/audit-sentence.tsx';
import { Section } from '../../components/page.tsx';
import { When } from '../../components/when.tsx';

const shownLines = 8;

/** The latest changes in plain words. */
export function Recent({ of }: { of: readonly AuditLine[] }) {
  return (
    <Section title="Recent changes" note={<a href="/audit">Audit log</a>}>
      {of.length === 0 && <p class="quiet">No changes yet.</p>}
      <ol class="recent">
        {of.slice(0, shownLines).map((line) => (
          <li key={line.seq}>
            <AuditSentence of={line} />
            <small class="quiet">
              <When time={line.at} />
            </small>
          </li>
        ))}
      </ol>
    </Section>
  );
}
