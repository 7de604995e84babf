import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../../agent/user-data/machine/machine.ts';
import { openMetadataClient } from '../../../agent/user-data/metadata/client.ts';
import { reportReady } from '../../../agent/user-data/metadata/goal-state.ts';
import { findUserData } from '../../../agent/user-data/sources/find-user-data.ts';
import type { Outcome, Reply, Scenario } from './scenario.ts';

const unknown: Machine = {
  sysVendor: '',
  productName: '',
  productSerial: '',
  productUuid: '',
  chassisAssetTag: '',
  biosVendor: '',
  biosVersion: '',
};

const scenarios = JSON.parse(await text(process.stdin)) as Scenario[];
const outcomes: Outcome[] = [];
for (const scenario of scenarios) outcomes.push(await play(scenario));
process.stdout.write(JSON.stringify(outcomes), () => process.exit(0));

async function play({
  addresses = ['169.254.169.254'],
  replies,
  machine,
  sources,
  deadlineMs = 5000,
  reports = false,
}: Scenario): Promise<Outcome> {
  const requests: Outcome['requests'] = [];
  const left = new Map(replies.map((reply) => [reply, reply.failures ?? 0]));
  const servers = addresses.map((address) => {
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const path = request.url ?? '';
      requests.push({ method: request.method ?? '', path, host: request.headers.host ?? '', body });
      const reply = replies.find((each) => each.path === path && (each.method ?? 'GET') === request.method);
      if (reply && left.get(reply)! > 0) {
        left.set(reply, left.get(reply)! - 1);
        response.writeHead(503).end('later');
      } else await answer(reply, request, response);
    });
    return new Promise<typeof server>((resolve, reject) => {
      server.once('error', reject);
      server.listen(80, address, () => resolve(server));
    });
  });
  const open = await Promise.all(servers);
  const began = Date.now();
  const search = await findUserData({
    stage: 'network',
    deadlineMs,
    root: '/nowhere',
    runFolder: '/nowhere',
    sources: sources ?? null,
    machine: { ...unknown, ...machine },
  });
  const tookMs = Date.now() - began;
  let reportProblem: string | null = null;
  if (reports) {
    try {
      await reportReady(openMetadataClient(AbortSignal.timeout(5000)));
    } catch (error) {
      reportProblem = (error as Error).message;
    }
  }
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
  const { userData } = search.found ?? {};
  return {
    search,
    userData: userData ? Buffer.from(userData).toString() : null,
    requests,
    tookMs,
    reportProblem,
  };
}

async function answer(
  reply: Reply | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!reply) return void response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
  const missing = Object.entries(reply.headers ?? {}).some(
    ([name, value]) => request.headers[name] !== value,
  );
  const isPlain = reply.privileged && (request.socket.remotePort ?? 0) >= 1024;
  if (missing || isPlain) return void response.writeHead(403).end('forbidden');
  if (reply.hangs) return;
  if (reply.delay) await sleep(reply.delay);
  const body = reply.bytes === undefined ? Buffer.from(reply.body ?? '') : Buffer.alloc(reply.bytes, 'a');
  response.writeHead(reply.status ?? 200, {
    'content-type': reply.type ?? 'text/plain',
    ...(reply.location && { location: reply.location }),
    ...(reply.encoding && { 'content-encoding': reply.encoding }),
    ...(reply.truncated && { 'content-length': body.length + 100 }),
  });
  response.write(body, () => (reply.truncated ? request.socket.destroy() : response.end()));
}
