import type { ComponentChildren } from 'preact';
import type { OverviewAnswer } from '../../../protocol/api/dashboard.ts';
import type { ReleaseSummary } from '../../../protocol/api/operator.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Command } from '../../components/copy.tsx';
import { State } from '../../components/signal.tsx';

/** What a new server shows: the next command to type, and what came of those before. */
export function FirstSteps({ of: { attention } }: { of: OverviewAnswer }) {
  const hasKeys = !attention.some(({ kind }) => kind === 'server_unready');
  const { data } = useAnswer<{ releases: ReleaseSummary[] }>('/v1/releases', ['channel', 'other']);
  const release = data?.releases.at(-1);
  const name = release?.name ?? 'tiny';
  const version = release?.version ?? '1';
  const folder = `releases/${name}-${version}-${release?.arch ?? 'x86-64'}`;
  const channel = release?.channels[0] ?? 'alpha';
  return (
    <>
      <p class="lede">
        {release ? (
          <>
            <b>
              {name} {version}
            </b>{' '}
            is published. No host has come yet.
          </>
        ) : (
          'This server is new: nothing is published and no host has come yet.'
        )}
      </p>
      <ol class="steps">
        <Step done={hasKeys} title="Make keys">
          <p>
            All but the folder <code>online</code> stay with you, off this machine; the server takes that one
            along at its next start.
          </p>
          <Command text="interlock keys init keys" />
          <Command text="interlock serve --data DIR --online-keys keys/online" />
        </Step>
        <Step done={Boolean(release)} title="Build a release">
          <p>An image definition becomes a signed, read-only system. The first build takes some minutes.</p>
          <Command text="interlock build images/tiny --version 1 --out releases --trust keys/metadata/root.json" />
        </Step>
        <Step done={Boolean(release)} title="Publish it to a channel">
          <p>The keys decide what hosts may run; this server only decides when.</p>
          <Command
            text={`interlock publish ${folder} --server ${location.origin} --keys keys --channel alpha`}
          />
        </Step>
        <Step done={false} title="Let hosts join">
          <p>
            A join token goes with the host’s configuration (server, channel, token) onto its first disk; the
            host then enrols by itself and appears here.
          </p>
          <Command text="interlock token create --role join --name first-hosts --data DIR" />
          <Command text={`interlock disk ${folder} --out ${name}.img --config DIR`} />
        </Step>
        <Step done={false} title={`Then roll out with care`}>
          <p>Canaries first, then a ramp that stops by itself when hosts fail.</p>
          <Command
            text={`interlock rollout policy ${name} --channel ${channel} --set careful --server ${location.origin}`}
          />
        </Step>
      </ol>
    </>
  );
}

function Step({ done, title, children }: { done: boolean; title: string; children: ComponentChildren }) {
  return (
    <li class={done ? 'done' : undefined}>
      <h2>
        {title} {done && <State tone="go">done</State>}
      </h2>
      {children}
    </li>
  );
}
