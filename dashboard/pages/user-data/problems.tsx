import type { UserDataAnswer } from '../../../protocol/api/user-data.ts';
import { visible } from '../../../protocol/text/visible.ts';
import { Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';

/** Each problem with its line, the place in it, and what to write instead. */
export function Problems({ of: problems }: { of: UserDataAnswer['problems'] }) {
  if (problems.length === 0) return null;
  return (
    <Section title="Problems">
      <ol class="problems">
        {problems.map(({ at, severity, text, instead, source }) => (
          <li key={`${at.part} ${at.line} ${at.column} ${text}`}>
            <p>
              <State tone={severity === 'error' ? 'stop' : 'caution'}>
                {severity} in {at.part !== undefined && `part ${at.part}, `}line {at.line}, column {at.column}
              </State>
            </p>
            <p class="break">{visible(text)}</p>
            {source.trim() !== '' && <Source text={source} column={at.column} />}
            <p class="break quiet">{visible(instead)}</p>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** The line, from the place on marked. */
function Source({ text, column }: { text: string; column: number }) {
  return (
    <code class="source break">
      {visible(text.slice(0, column - 1))}
      <mark>{visible(text.slice(column - 1)).trimEnd()}</mark>
    </code>
  );
}
