import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { mergeHostAuthorities } from '../../../agent/authorities/merge-host-authorities.ts';

let root: string;
let pems: Record<'one' | 'two' | 'three' | 'mine', string>;
beforeAll(() => {
  const made = ['one', 'two', 'three', 'mine'].map((name) => [name, makeAuthority(name)]);
  pems = Object.fromEntries(made) as typeof pems;
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'authorities-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function makeAuthority(name: string): string {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '/dev/null'];
  return execFileSync('openssl', ['req', '-x509', '-subj', `/CN=${name}`, '-days', '30', ...key], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

const bundle = 'etc/ssl/certs/ca-certificates.crt';
const own = 'var/lib/interlock/etc/upper/ssl/certs/ca-certificates.crt';
const local = 'usr/local/share/ca-certificates/mine.crt';
function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const setImage = (...names: (keyof typeof pems)[]) =>
  put('run/interlock/image-etc/ssl/certs/ca-certificates.crt', names.map((name) => pems[name]).join(''));
/** Names of whose certificates a client of OpenSSL believes, by the file or by the folder. */
const trusted = (how: string[]) =>
  Object.entries(pems).flatMap(([name, pem]) => {
    try {
      execFileSync('openssl', ['verify', ...how], { input: pem, stdio: ['pipe', 'ignore', 'ignore'] });
      return [name];
    } catch {
      return [];
    }
  });
const inBundle = () => trusted(['-CAfile', join(root, bundle), '-no-CApath', '-no-CAstore']);
/** The overlay: what is written is the host's own. */
async function merge(): Promise<void> {
  await mergeHostAuthorities(root);
  if (existsSync(join(root, bundle))) put(own, readFileSync(join(root, bundle), 'utf8'));
}

test('a host without authorities of its own keeps the image’s file', async () => {
  setImage('one');
  await merge();
  expect(existsSync(join(root, bundle))).toBe(false);
});

test('the host’s authority stays beside those of each image, and goes with its file', async () => {
  setImage('one', 'two');
  put(local, pems.mine);
  await merge();
  expect(inBundle()).toEqual(['one', 'two', 'mine']);
  setImage('two', 'three');
  await merge();
  expect(inBundle()).toEqual(['two', 'three', 'mine']);
  setImage('one', 'two');
  await merge();
  expect(inBundle()).toEqual(['one', 'two', 'mine']);
  const links = readdirSync(join(root, 'etc/ssl/certs')).filter((name) => /^[0-9a-f]{8}\.0$/.test(name));
  expect(links).toHaveLength(1);
  rmSync(join(root, local));
  await merge();
  expect(inBundle()).toEqual(['one', 'two']);
  expect(readdirSync(join(root, 'etc/ssl/certs'))).toEqual(['ca-certificates.crt']);
});

test('what was added to the bundle or taken out of it by hand stays so', async () => {
  setImage('one', 'two');
  put(own, pems.one + pems.two + pems.mine);
  await merge();
  put(own, pems.two + pems.mine);
  setImage('one', 'two', 'three');
  await merge();
  expect(inBundle()).toEqual(['two', 'three', 'mine']);
});

test('the image’s do not count where only the host’s own are wanted', async () => {
  setImage('one', 'two');
  put('var/lib/interlock/authorities/only-own', '');
  put(local, pems.mine);
  await merge();
  expect(inBundle()).toEqual(['mine']);
  rmSync(join(root, 'var/lib/interlock/authorities/only-own'));
  await merge();
  expect(inBundle()).toEqual(['one', 'two', 'mine']);
});
