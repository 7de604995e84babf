import type { OverviewAnswer } from '../../../protocol/api/dashboard.ts';
import type { HostState } from '../../../protocol/api/operator.ts';
import { Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { count } from '../../format/size.ts';
import { hostStates } from '../../labels/host.ts';
import { decisionChange, decisionLabel } from '../../labels/reason.ts';
import { pathTo } from '../../router/routes.ts';

const order = Object.keys(hostStates) as HostState[];

/** The number of hosts in each state, with links to them. */
export function States({ of: { states, hosts } }: { of: OverviewAnswer }) {
  const rows = order.flatMap((state) => states.filter((each) => each.state === state && each.hosts > 0));
  return (
    <Section title="Hosts by state">
      <ul class="counts">
        {rows.map(({ state, hosts: inState }) => (
          <li key={state}>
            <a href={pathTo('/hosts', { state })} title={hostStates[state].means}>
              <State tone={hostStates[state].tone}>{hostStates[state].label}</State>
              <b>{count(inState)}</b>
            </a>
            <Bar share={inState / hosts} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Why hosts wait, and what would change it. */
export function Waiting({ of: { waiting } }: { of: OverviewAnswer }) {
  if (waiting.length === 0) return null;
  const most = Math.max(...waiting.map(({ hosts }) => hosts));
  return (
    <Section title="Waiting hosts">
      <ul class="counts">
        {waiting.map(({ reason, hosts }) => (
          <li key={reason}>
            <a href={pathTo('/hosts', { state: 'waiting', reason })}>
              <span>{decisionLabel(reason)}</span>
              <b>{count(hosts)}</b>
            </a>
            <Bar share={hosts / most} />
            <small class="quiet">{decisionChange(reason)}</small>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Bar({ share }: { share: number }) {
  return (
    <span class="bar" aria-hidden="true">
      <i style={{ width: `${Math.max(share * 100, 0.5)}%` }} />
    </span>
  );
}
