import { expect, it } from 'vitest';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { checkListen, formatListen, parseListen } from '../../../update-server/http/listen-address.ts';

it.each([
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['localhost:80', { host: 'localhost', port: 80 }],
  [':443', { host: '::', port: 443 }],
])('reads %s', (text, address) => {
  expect(parseListen(text)).toEqual(address);
});

it.each(['8080', 'host', 'host:', 'host:65536', '::1:80', 'a:b:1'])('refuses %s', (text) => {
  expect(() => parseListen(text)).toThrow(InterlockError);
});

it.each(['127.0.0.1:1', '127.9.9.9:1', '[::1]:1', 'localhost:1'])('lets %s be unprotected', (text) => {
  checkListen(parseListen(text), false);
});

it.each(['0.0.0.0:1', ':1', '[::]:1', '10.0.0.1:1', '[fe80::1]:1', 'server.example:1', '128.0.0.1:1'])(
  'refuses %s without TLS or a proxy',
  (text) => {
    const address = parseListen(text);
    expect(() => checkListen(address, false)).toThrow(`refusing to listen on ${formatListen(address)}`);
    checkListen(address, true);
  },
);
