import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Answers of a metadata service by method and path; anything else is 404. */
export type Replies = Record<string, Reply>;

/** One answer, with what may be wrong about it. */
export interface Reply {
  text: string;
  type?: string;
  /** Milliseconds before it. */
  delay?: number;
  /** So many requests get 503 before it. */
  failures?: number;
  /** None ever comes. */
  isSilent?: boolean;
}

/** A metadata service that machines reach at its usual address. */
export interface Service {
  /** The network of a machine, for QEMU. */
  net: string;
  /** What was asked, in its order. */
  asked: string[];
}

/** Runs a metadata service on this host’s loopback while a journey lasts. */
export async function withService(replies: Replies, use: (service: Service) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const name = `${request.method} ${request.url}`;
    asked.push(name);
    const reply = replies[name];
    if (reply?.isSilent) return;
    if (reply?.delay) await sleep(reply.delay);
    const isFailing = reply?.failures !== undefined && reply.failures-- > 0;
    const status = isFailing ? 503 : reply ? 200 : 404;
    response
      .writeHead(status, { connection: 'close', 'content-type': reply?.type ?? 'text/plain' })
      .end(status === 200 ? reply!.text : 'no');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const net = `user,net=169.254.0.0/16,guestfwd=tcp:169.254.169.254:80-cmd:busybox nc 127.0.0.1 ${port}`;
  try {
    await use({ net, asked });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
