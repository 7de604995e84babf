import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** How a command ended; output and errors in the order they came. */
export interface Outcome {
  status: number;
  output: string;
}

/** The root shell inside a machine. */
export interface Shell {
  /** Runs a shell script; one after the other. Status 124 means it took longer than `seconds`. Waits until the guest has a shell. */
  run(script: string, seconds: number): Promise<Outcome>;
  close(): void;
}

/** Speaks the line protocol of `shellCredentials` over a connected virtio port. */
export function openShell(socket: Socket): Shell {
  const waiting = new Map<string, { resolve(outcome: Outcome): void; reject(error: Error): void }>();
  // answers to somebody who did not wait for them may come first
  const mine = randomBytes(4).toString('hex');
  let lastId = 0;
  let last: Promise<unknown> = Promise.resolve();

  const lines = createInterface({ input: socket });
  // a reset of the connection is reported by its close
  lines.on('error', () => {});
  lines.on('line', (line) => {
    const [id = '', status = '', body = ''] = line.split(' ');
    const asked = waiting.get(id);
    waiting.delete(id);
    asked?.resolve({ status: Number(status), output: Buffer.from(body, 'base64').toString('utf8') });
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values())
      reject(new Error('the machine ended before its shell answered'));
    waiting.clear();
  });

  function ask(script: string, seconds: number): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error('the machine has ended'));
      const id = `${mine}-${++lastId}`;
      const body = Buffer.from(script).toString('base64');
      waiting.set(id, { resolve, reject });
      // an empty line first: it ends what another one may have left unfinished
      socket.write(`\n${id} ${seconds} ${body.length} ${body}\n`);
    });
  }

  return {
    run(script, seconds) {
      const asked = last.then(() => ask(script, seconds));
      // who ran it hears of it; the next one goes on
      last = asked.catch(() => {});
      return asked;
    },
    close: () => void socket.destroy(),
  };
}
