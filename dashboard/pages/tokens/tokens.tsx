import { useContext } from 'preact/hooks';
import type { TokenInfo } from '../../../protocol/api/operator.ts';
import { request } from '../../api/request.ts';
import { SessionContext } from '../../api/session.ts';
import { useQuery } from '../../api/use-query.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Command } from '../../components/copy.tsx';
import { Facts } from '../../components/facts.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { toServer } from '../../format/command.ts';
import { count } from '../../format/size.ts';
import { roles } from '../../labels/role.ts';
import { CreateToken } from './create-token.tsx';

const nameOf = ({ name, role, id }: TokenInfo) => name || `${role} ${id.slice(0, 8)}`;

/** Tokens of operators, programs and joining hosts; for admins. */
export function TokensPage() {
  const isAdmin = useContext(SessionContext)?.role === 'admin';
  return (
    <Page title="Tokens">
      {isAdmin ? (
        <Tokens />
      ) : (
        <Empty title="Tokens are managed by admins.">
          <p>Ask one of them, or make an admin token on the server’s machine:</p>
          <Command text="interlock token create --role admin --name you --data DIR" />
        </Empty>
      )}
      <Section title="What each role can do">
        <Facts lines of={Object.entries(roles)} />
      </Section>
    </Page>
  );
}

function Tokens() {
  const tokens = useQuery<{ tokens: TokenInfo[] }>('/v1/tokens', ['token']);
  const mine = useContext(SessionContext)?.id;
  return (
    <>
      <Section title="Create a token">
        <CreateToken created={tokens.reload} />
      </Section>
      <Loaded of={tokens}>
        {({ tokens: all }) => {
          const live = all.filter((token) => !isOver(token));
          const over = all.filter(isOver);
          const actions: Column<TokenInfo> = {
            name: 'Action',
            number: true,
            cell: (token) => <Revoke of={token} isMine={token.id === mine} revoked={tokens.reload} />,
          };
          return (
            <>
              <Section title="Valid tokens" note={count(live.length)}>
                <Table
                  caption="Valid tokens"
                  columns={[...columns, actions]}
                  rows={live.toReversed()}
                  keyOf={({ id }) => id}
                />
              </Section>
              {over.length > 0 && (
                <details class="waits">
                  <summary>{count(over.length)} revoked or expired</summary>
                  <Table
                    caption="Revoked and expired tokens"
                    columns={columns}
                    rows={over.toReversed()}
                    keyOf={({ id }) => id}
                  />
                </details>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Revoke({ of: token, isMine, revoked }: { of: TokenInfo; isMine: boolean; revoked(): void }) {
  const name = nameOf(token);
  const revoke = async (_text: string, reason: string) => {
    const query = new URLSearchParams({ reason });
    await request('DELETE', `/v1/tokens/${encodeURIComponent(token.id)}?${query}`);
    revoked();
  };
  return (
    <Confirm
      verb="Revoke"
      danger
      title={`Revoke the ${token.role} token ${name}?`}
      reason="needed"
      done={`The token ${name} is revoked.`}
      onConfirm={revoke}
    >
      <p class="warning">
        <b>It stops working at once, and cannot be brought back.</b>{' '}
        {isMine
          ? 'It is the token that you are logged in with: this session ends too.'
          : 'Sessions by it end.'}
      </p>
      <p>The same in a shell:</p>
      <Command text={toServer(`interlock token revoke ${token.id} --yes`)} />
    </Confirm>
  );
}

function isOver({ revoked, expires }: TokenInfo): boolean {
  return revoked !== null || Boolean(expires && Date.parse(expires) <= Date.now());
}

const columns: readonly Column<TokenInfo>[] = [
  {
    name: 'Name',
    cell: (token) => (
      <>
        <span class="break">{nameOf(token)}</span>
        <small title={token.id}>
          {token.role} {token.id.slice(0, 8)}
        </small>
      </>
    ),
  },
  {
    name: 'State',
    wide: true,
    cell: (token) => (
      <State tone={token.revoked ? 'stop' : isOver(token) ? 'caution' : 'go'}>
        {token.revoked ? 'Revoked' : isOver(token) ? 'Expired' : 'Valid'}
      </State>
    ),
  },
  { name: 'Created', wide: true, number: true, cell: ({ created }) => <When time={created} /> },
  { name: 'Last used', number: true, cell: ({ used }) => <When time={used} /> },
  { name: 'Expires', wide: true, number: true, cell: ({ expires }) => <When time={expires} /> },
];
