import type { Socket } from 'node:net';
import { readFrames, withLength } from './frames.ts';

/** Bytes that wait for a slow machine; more is lost, as on any network. */
const mostWaiting = 4 * 1024 * 1024;
/** Two addresses of six bytes and a type. */
const shortest = 14;

/** A learning Ethernet switch whose ports are sockets. */
export interface Switch {
  /** Plugs a machine in; the one before on this port is unplugged. */
  plug(port: string, socket: Socket): void;
  /** From now on the frames of these ports are lost both ways, and of no others. The machines see their cable plugged in. */
  cut(ports: readonly string[]): void;
}

/** Makes a switch. */
export function createSwitch(): Switch {
  const plugged = new Map<string, Socket>();
  const portOf = new Map<string, string>();
  let lost = new Set<string>();

  function forward(from: string, frame: Buffer): void {
    if (frame.length < shortest || lost.has(from)) return;
    portOf.set(frame.toString('hex', 6, 12), from);
    const isGroup = (frame[0]! & 1) === 1;
    const only = isGroup ? undefined : portOf.get(frame.toString('hex', 0, 6));
    const wired = withLength(frame);
    for (const port of only === undefined ? plugged.keys() : [only]) {
      const socket = plugged.get(port);
      if (port === from || lost.has(port) || !socket || socket.writableLength > mostWaiting) continue;
      socket.write(wired);
    }
  }

  return {
    plug(port, socket) {
      plugged.get(port)?.destroy();
      plugged.set(port, socket);
      readFrames(socket, (frame) => forward(port, frame));
      // a machine that ends says so by the close that follows
      socket.on('error', () => {});
      socket.on('close', () => {
        if (plugged.get(port) === socket) plugged.delete(port);
      });
    },
    cut(ports) {
      lost = new Set(ports);
    },
  };
}
