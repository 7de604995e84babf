import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** An event of QEMU's machine protocol. */
export interface MonitorEvent {
  event: string;
  data?: Record<string, unknown>;
}

/** QEMU's machine protocol (QMP). */
export interface Monitor {
  execute(command: string, args?: object): Promise<unknown>;
  /** Runs a command of the monitor for people; gives what it prints. */
  human(line: string): Promise<string>;
}

/** Speaks QMP over a connected socket; `onEvent` gets everything that is no answer. */
export async function openMonitor(socket: Socket, onEvent: (event: MonitorEvent) => void): Promise<Monitor> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  const lines = createInterface({ input: socket });
  // a reset of the connection is reported by its close
  lines.on('error', () => {});
  lines.on('line', (line) => {
    const message = JSON.parse(line);
    if (message.event) return onEvent(message);
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) asked?.reject(new Error(`QEMU: ${message.error.desc}`));
    else asked?.resolve(message.return);
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('QEMU has ended'));
    waiting.clear();
  });
  const execute = (command: string, args: object = {}) =>
    new Promise<unknown>((resolve, reject) => {
      if (socket.destroyed) return reject(new Error('QEMU has ended'));
      waiting.set(++lastId, { resolve, reject });
      socket.write(`${JSON.stringify({ execute: command, arguments: args, id: lastId })}\n`);
    });
  await execute('qmp_capabilities');
  return {
    execute,
    human: async (line) => String(await execute('human-monitor-command', { 'command-line': line })),
  };
}
