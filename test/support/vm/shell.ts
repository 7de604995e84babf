import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** How a command ended; output and errors in the order they came. */
export interface Outcome {
  status: number;
  output: string;
}

/** The root shell inside one boot of a machine. */
export interface Shell {
  /** Settles when the guest's shell answers; rejects when the machine ends before. */
  ready: Promise<{ bootId: string }>;
  /** Runs a shell script; one after the other. Status 124 means it took longer than `seconds`. */
  run(script: string, seconds: number): Promise<Outcome>;
}

/** Speaks the line protocol of `shellCredentials` over a connected virtio port. */
export function openShell(socket: Socket): Shell {
  const waiting = new Map<number, { resolve(outcome: Outcome): void; reject(error: Error): void }>();
  const greeting = Promise.withResolvers<{ bootId: string }>();
  greeting.promise.catch(() => {});
  let last: Promise<unknown> = greeting.promise;
  let lastId = 0;

  const lines = createInterface({ input: socket });
  // a reset of the connection is reported by its close
  lines.on('error', () => {});
  lines.on('line', (line) => {
    const [word = '', status = '', body = ''] = line.split(' ');
    if (word === 'ready') return greeting.resolve({ bootId: status });
    const asked = waiting.get(Number(word));
    waiting.delete(Number(word));
    asked?.resolve({ status: Number(status), output: Buffer.from(body, 'base64').toString('utf8') });
  });
  socket.on('close', () => {
    const gone = new Error('the machine ended before its shell answered');
    greeting.reject(gone);
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  });

  return {
    ready: greeting.promise,
    run(script, seconds) {
      const asked = last.then(
        () =>
          new Promise<Outcome>((resolve, reject) => {
            if (socket.destroyed) return reject(new Error('the machine has ended'));
            waiting.set(++lastId, { resolve, reject });
            socket.write(`${lastId} ${seconds} ${Buffer.from(script).toString('base64')}\n`);
          }),
      );
      last = asked.catch(() => {});
      return asked;
    },
  };
}
