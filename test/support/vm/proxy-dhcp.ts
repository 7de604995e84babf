import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const broadcast = Buffer.alloc(6, 0xff);
const ownHardware = Buffer.from('5254000000fe', 'hex');
/** In QEMU's user network, where nobody else has it. */
const ownAddress = Buffer.from([10, 0, 2, 250]);
const cookie = Buffer.from('63825363', 'hex');
const messageType = 53;
const serverId = 54;
const vendorClass = 60;
const bootFile = 67;
const endOfOptions = 255;
const httpClient = 'HTTPClient';

/** A card on QEMU's user network, whose firmware is told where its boot program is. */
export interface ProxyDhcp {
  /** Arguments for QEMU. */
  devices: string[];
  close(): void;
}

/**
 * Answers firmware that asks for UEFI HTTP boot with an address of the program, as a proxy: the machine's own address comes from
 * QEMU's DHCP server, which knows nothing of HTTP boot.
 */
export async function openProxyDhcp(url: string): Promise<ProxyDhcp> {
  const socket = createSocket('udp4');
  socket.on('message', (frame, from) => {
    const answer = answerTo(frame, url);
    if (answer) socket.send(answer, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const machine = await freePort();
  const hub = (id: string, netdev?: string) => [
    '-netdev',
    `hubport,id=${id},hubid=0${netdev ? `,netdev=${netdev}` : ''}`,
  ];
  const devices = [
    ...['-netdev', 'user,id=outside', ...hub('outside-port', 'outside')],
    ...['-netdev', `socket,id=proxy,udp=127.0.0.1:${socket.address().port},localaddr=127.0.0.1:${machine}`],
    ...[...hub('proxy-port', 'proxy'), ...hub('boot')],
    // the firmware's own driver, not iPXE's
    ...['-device', 'virtio-net-pci,netdev=boot,bootindex=0,romfile='],
  ];
  return { devices, close: () => void socket.close() };
}

/** A frame with an offer, to a frame that asks for HTTP boot. */
function answerTo(frame: Buffer, url: string): Buffer | undefined {
  const isDhcp = frame.length > 282 && frame.readUInt16BE(12) === 0x0800 && frame[23] === 17;
  if (!isDhcp || frame.readUInt16BE(36) !== 67) return undefined;
  const asked = frame.subarray(42);
  if (asked[0] !== 1 || !asked.subarray(240).includes(httpClient)) return undefined;
  const discovers = asked.subarray(240).includes(Buffer.from([messageType, 1, 1]));
  return discovers ? inFrame(offer(asked, url)) : undefined;
}

/** DHCP's offer without an address: it adds to another server's. */
function offer(asked: Buffer, url: string): Buffer {
  const head = Buffer.alloc(236);
  head.set([2, 1, 6, 0]);
  // number of the conversation, flags, and whose it is
  asked.copy(head, 4, 4, 8);
  asked.copy(head, 10, 10, 12);
  asked.copy(head, 28, 28, 44);
  const option = (code: number, value: Buffer) => Buffer.concat([Buffer.from([code, value.length]), value]);
  return Buffer.concat([
    head,
    cookie,
    option(messageType, Buffer.from([2])),
    option(serverId, ownAddress),
    option(vendorClass, Buffer.from(httpClient)),
    option(bootFile, Buffer.from(url)),
    Buffer.from([endOfOptions]),
  ]);
}

function inFrame(message: Buffer): Buffer {
  const [ip, udp] = [Buffer.alloc(20), Buffer.alloc(8)];
  udp.writeUInt16BE(67, 0);
  udp.writeUInt16BE(68, 2);
  udp.writeUInt16BE(udp.length + message.length, 4);
  ip.set([0x45]);
  ip.writeUInt16BE(ip.length + udp.length + message.length, 2);
  ip.set([64, 17], 8);
  ownAddress.copy(ip, 12);
  ip.fill(0xff, 16);
  ip.writeUInt16BE(checksum(ip), 10);
  return Buffer.concat([broadcast, ownHardware, Buffer.from([0x08, 0x00]), ip, udp, message]);
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
