import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dockerAddress } from '../../../system/docker/address.ts';
import { openDocker } from '../../../system/docker/docker.ts';
import { readFrames } from '../../../system/docker/frames.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-docker-'));
const socket = join(folder, 'docker.sock');
const asked: string[] = [];
let apiVersion = '1.45';
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader('Api-Version', apiVersion);
    if (request.url?.endsWith('/nodes')) {
      response.statusCode = 503;
      response.end(JSON.stringify({ message: 'This node is not a swarm manager. Use "docker swarm init"' }));
    } else if (request.url?.includes('/create')) {
      response.statusCode = 409;
      response.end(JSON.stringify({ message: 'name conflicts with an existing object' }));
    } else response.end('{"ok":1}');
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (docker: string) => openDocker(await dockerAddress({ docker }));

test('the version is the newest that both know', async () => {
  for (const [version, used] of [
    ['1.41', 'v1.41'],
    ['1.52', 'v1.45'],
    ['1.24', 'v1.41'],
  ] as const) {
    apiVersion = version;
    asked.length = 0;
    expect(await (await open(`unix://${socket}`)).get('/info')).toEqual({ ok: 1 });
    expect(asked).toEqual(['GET /_ping', `GET /${used}/info`]);
  }
});

test('what Docker says against a request is the error', async () => {
  const docker = await open(socket);
  await expect(docker.get('/nodes')).rejects.toMatchObject({ code: 'swarm_missing' });
  await expect(docker.post('/configs/create', {})).rejects.toThrow(/refused it: name conflicts/);
});

test('a socket that is not there is unreachable, and is asked again when it appears', async () => {
  const docker = await open(`unix://${folder}/later.sock`);
  await expect(docker.get('/info')).rejects.toThrow(/later\.sock: there is no such socket/);
  const later = createServer((_, response) => response.setHeader('Api-Version', '1.45').end('{}'));
  await new Promise<void>((resolve) => later.listen(join(folder, 'later.sock'), resolve));
  expect(await docker.get('/info')).toEqual({});
  later.close();
});

test('ssh carries the bytes, and what it prints is why it failed', async () => {
  const bin = join(folder, 'bin');
  const script = join(bin, 'ssh');
  const relay = `require('node:net').connect('${socket}', function () { process.stdin.pipe(this).pipe(process.stdout) })`;
  mkdirSync(bin);
  writeFileSync(
    script,
    `#!/bin/sh\necho "$*" >${folder}/args\ncase $* in *bad*) echo 'Permission denied (publickey).' >&2; exit 255;; esac\nexec '${process.execPath}' -e "${relay}"\n`,
  );
  chmodSync(script, 0o755);
  const { PATH } = process.env;
  process.env.PATH = [bin, PATH].join(delimiter);
  try {
    expect(await (await open('ssh://root@n1:2222')).get('/info')).toEqual({ ok: 1 });
    expect(readFileSync(join(folder, 'args'), 'utf8')).toMatch(
      /^-p 2222 .*-- root@n1 docker system dial-stdio$/m,
    );
    await expect((await open('ssh://bad')).get('/info')).rejects.toThrow(/ssh:\/\/bad: .*Permission denied/);
  } finally {
    process.env.PATH = PATH;
  }
});

test('addresses are those of Docker’s own client', async () => {
  const address = (docker: string, env = {}) => dockerAddress({ docker }, env);
  expect(await dockerAddress({}, {})).toMatchObject({ kind: 'socket', path: '/var/run/docker.sock' });
  expect(await dockerAddress({}, { DOCKER_HOST: 'tcp://h' })).toMatchObject({
    kind: 'tcp',
    host: 'h',
    port: 2375,
  });
  expect(await address('https://h')).toMatchObject({ port: 2376, tls: {} });
  for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, `${name}.pem`), name);
  const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder };
  expect(await address('tcp://h', env)).toMatchObject({
    port: 2376,
    tls: { ca: 'ca', cert: 'cert', key: 'key' },
  });
  await expect(address('ftp://h')).rejects.toMatchObject({ code: 'usage' });
  await expect(address('ssh://-oProxyCommand=x')).rejects.toMatchObject({ code: 'usage' });
});

test('log frames are taken apart wherever they are cut; a terminal’s text has none', async () => {
  const frame = (text: string) => {
    const head = Buffer.alloc(8);
    head[0] = 1;
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const bytes = Buffer.concat([frame('one\ntw'), frame('o\n'), frame('drei für')]);
  for (const size of [1, 3, 9, 1000]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    expect(await Array.fromAsync(readFrames(Readable.from(chunks)))).toEqual(['one', 'two', 'drei für']);
  }
  expect(await Array.fromAsync(readFrames(Readable.from([Buffer.from('plain\r\ntext')])))).toEqual([
    'plain',
    'text',
  ]);
  expect(await Array.fromAsync(readFrames(Readable.from([])))).toEqual([]);
});
