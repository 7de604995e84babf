import { useState } from 'preact/hooks';
import type { UserDataAnswer } from '../../../protocol/api/user-data.ts';
import { usePost } from '../../api/use-post.ts';
import { Command } from '../../components/copy.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { Plan } from './plan.tsx';
import { Problems } from './problems.tsx';

const example = '#cloud-config\nhostname: web-1\n';

/** Checks a machine’s user-data while nothing of it is kept: problems beside their lines, then what a host would do. */
export function UserDataPage() {
  const [text, setText] = useState('');
  const [asked, setAsked] = useState<string | null>(null);
  const answer = usePost<UserDataAnswer>('/v1/user-data/check', asked === null ? null : { text: asked });
  return (
    <Page title="Check user-data" over={<a href="/hosts">Hosts</a>}>
      <form
        class="form user-data"
        onSubmit={(event) => {
          event.preventDefault();
          if (asked === text) answer.reload();
          setAsked(text);
        }}
      >
        <label class="field">
          <span>User-data</span>
          <textarea
            name="text"
            rows={16}
            required
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            placeholder={example}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <small>What a machine is given at its first boot. Nothing of it is kept here.</small>
        </label>
        <button type="submit" class="solid">
          Check
        </button>
      </form>
      {asked !== null && (
        <Loaded of={answer}>
          {(found) => (
            <div aria-busy={answer.loading}>
              <Verdict of={found} />
              <Problems of={found.problems} />
              <Plan of={found.plan} />
            </div>
          )}
        </Loaded>
      )}
      <Section title="On the command line">
        <Command text="interlock user-data check FILE --release RELEASE" />
      </Section>
    </Page>
  );
}

function Verdict({ of: { valid, problems } }: { of: UserDataAnswer }) {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (!valid) {
    return (
      <Notice tone="stop" title={`No host would apply it: ${errors} ${errors === 1 ? 'error' : 'errors'}.`} />
    );
  }
  const isClean = problems.length === 0;
  return (
    <div role="status">
      <Notice
        tone={isClean ? 'go' : 'caution'}
        title={isClean ? 'A host would apply it.' : 'A host would apply it, with warnings.'}
      />
    </div>
  );
}
