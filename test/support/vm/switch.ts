import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** One plug of a switch, for one machine. */
export interface Port {
  /** Value of `VmOptions.net`, or of another `-netdev`. */
  netdev: string;
  /** Frames pass, or are lost both ways. */
  setLink(isUp: boolean): void;
}

/** An Ethernet switch on loopback UDP: QEMU's `dgram` network, a frame per datagram. */
export interface Switch {
  ports: Port[];
  close(): Promise<void>;
}

interface Plug {
  socket: Socket;
  /** Where the machine listens. */
  machine: number;
  isUp: boolean;
}

const loopback = '127.0.0.1';
const bufferBytes = 4 * 1024 * 1024;

/** Starts a learning switch of `count` ports; nothing of it leaves the loopback device. */
export async function startSwitch(count: number): Promise<Switch> {
  const known = new Map<string, Plug>();
  const plugs = await Promise.all(Array.from({ length: count }, openPlug));

  for (const plug of plugs) {
    plug.socket.on('message', (frame) => {
      if (!plug.isUp || frame.length < 14) return;
      const [to, from] = [frame.toString('hex', 0, 6), frame.toString('hex', 6, 12)];
      known.set(from, plug);
      const isGroup = (frame[0]! & 1) === 1;
      const one = isGroup ? undefined : known.get(to);
      for (const other of one ? [one] : plugs) {
        if (other !== plug && other.isUp) other.socket.send(frame, other.machine, loopback);
      }
    });
  }

  return {
    ports: plugs.map((plug) => ({
      netdev: netdevOf(plug),
      setLink(isUp) {
        plug.isUp = isUp;
      },
    })),
    async close() {
      await Promise.all(plugs.map(({ socket }) => new Promise<void>((resolve) => socket.close(resolve))));
    },
  };
}

async function openPlug(): Promise<Plug> {
  const socket = await bind();
  // a port that is free now: QEMU binds it when it starts
  const probe = await bind();
  const machine = probe.address().port;
  await new Promise<void>((resolve) => probe.close(resolve));
  socket.setRecvBufferSize(bufferBytes);
  return { socket, machine, isUp: true };
}

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('error', () => {});
  socket.bind(0, loopback);
  await once(socket, 'listening');
  return socket;
}

function netdevOf({ socket, machine }: Plug): string {
  const end = (name: string, port: number) =>
    `${name}.type=inet,${name}.host=${loopback},${name}.port=${port}`;
  return `dgram,${end('local', machine)},${end('remote', socket.address().port)}`;
}
