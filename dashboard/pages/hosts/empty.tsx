import { Command } from '../../components/copy.tsx';

/** What a new server's list says: how a host gets into it. */
export function NoHosts() {
  return (
    <div class="empty">
      <p class="empty-title">No hosts yet.</p>
      <p>A host appears here a moment after it starts with the address of this server and a join token.</p>
      <ol class="steps">
        <li>
          <h2>Create a join token</h2>
          <Command text={`interlock token create --role join --server ${location.origin}`} />
        </li>
        <li>
          <h2>Put both into the host’s configuration</h2>
          <p>
            As <code>/etc/interlock/agent.d/60-host.toml</code>, or in the folder that{' '}
            <code>interlock disk --config</code> copies to its first boot:
          </p>
          <div class="file">
            {configuration().map((text) => (
              <code key={text}>{text}</code>
            ))}
          </div>
        </li>
        <li>
          <h2>Start it, and see what it waits for</h2>
          <p>
            If it does not appear, <code>interlock-agent status</code> on the host says why.
          </p>
        </li>
      </ol>
    </div>
  );
}

/** Line by line: a line break inside a text is shown as what it is, a control character. */
function configuration(): string[] {
  return [
    `server = "${location.origin}"`,
    'join_token = "…"',
    'channel = "stable"',
    '[labels]',
    'role = "web"',
  ];
}
