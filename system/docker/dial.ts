import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { DockerAddress } from './address.ts';

/** Connects to a Docker: each call is a stream on which it speaks HTTP. */
export function dial(address: DockerAddress): Duplex {
  if (address.kind === 'socket') return connect(address.path);
  if (address.kind === 'ssh') return dialBySsh(address.target, address.port);
  const { host, port, tls } = address;
  return tls ? connectTls({ host, port, servername: host, ...tls }) : connect(port, host);
}

/** As Docker's own client does: a remote `docker system dial-stdio` carries the bytes to the socket there. */
function dialBySsh(target: string, port: string): Duplex {
  const args = [...(port ? ['-p', port] : []), '-o', 'ConnectTimeout=30', '-T', '--', target];
  const child = spawn('ssh', [...args, 'docker', 'system', 'dial-stdio'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { stdin, stdout, stderr } = child;
  const stream = new Duplex({
    read: () => void stdout.resume(),
    write: (chunk, _, done) => void stdin.write(chunk, () => done()),
    final: (done) => void stdin.end(() => done()),
    destroy(error, done) {
      child.kill();
      done(error);
    },
  });
  stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) stdout.pause();
  });
  // how it ended tells more than that nobody reads any more
  stdin.on('error', () => {});
  let said = '';
  stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  child.once('error', (error) => stream.destroy(error));
  child.once('close', (status) => {
    if (status === 0) stream.push(null);
    else stream.destroy(new Error(said.trim().split('\n').at(-1) || `ssh ended with status ${status}`));
  });
  return stream;
}
