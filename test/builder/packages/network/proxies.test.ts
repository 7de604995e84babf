import { expect, it } from 'vitest';
import { findProxies } from '../../../../builder/packages/network/proxies.ts';

const none = async () => '';

it.each([
  ['deb.test', undefined],
  ['deb.test, other.test', undefined],
  ['.test', undefined],
  ['*.test', undefined],
  ['test', undefined],
  ['*', undefined],
  ['deb.test:80', undefined],
  ['deb.test:443', 'http://p:3128'],
  ['eb.test', 'http://p:3128'],
  ['', 'http://p:3128'],
])('goes by no_proxy=%s', async (no_proxy, proxy) => {
  const proxyFor = await findProxies({ http_proxy: 'http://p:3128', no_proxy }, none);
  expect(proxyFor('http://deb.test/debian')).toBe(proxy);
});

it.each([
  ['10.0.0.0/8', 'http://10.1.2.3/', undefined],
  ['10.0.0.0/8', 'http://11.1.2.3/', 'http://p:3128'],
  ['10.1.2.3', 'http://10.1.2.3:8080/', undefined],
  ['2.3', 'http://10.1.2.3/', 'http://p:3128'],
  ['fd00::/8', 'http://[fd00::1]/', undefined],
  ['[fd00::1]:80', 'http://[fd00::1]/', undefined],
  ['10.0.0.0/99', 'http://10.1.2.3/', 'http://p:3128'],
])('goes by no_proxy=%s at %s', async (no_proxy, url, proxy) => {
  const proxyFor = await findProxies({ HTTP_PROXY: 'p:3128', NO_PROXY: no_proxy }, none);
  expect(proxyFor(url)).toBe(proxy);
});

it('asks for https through https_proxy alone', async () => {
  const proxyFor = await findProxies({ http_proxy: 'http://p:1' }, none);
  expect(proxyFor('https://deb.test/')).toBeUndefined();
  const both = await findProxies({ https_proxy: 'http://me:p%40ss@p:2' }, none);
  expect(both('https://deb.test/')).toBe('http://me:p%40ss@p:2');
  expect(both('http://deb.test/')).toBeUndefined();
});

it('takes the proxies of the machine’s apt where the environment names none', async () => {
  const settings = async () =>
    'Acquire::http::Proxy "http://apt:3142";\nAcquire::http::Proxy::near.test "DIRECT";\n';
  const proxyFor = await findProxies({}, settings);
  expect(proxyFor('http://deb.test/')).toBe('http://apt:3142');
  expect(proxyFor('http://near.test/')).toBeUndefined();
  expect(proxyFor('https://deb.test/')).toBeUndefined();
  const over = await findProxies({ http_proxy: 'http://env:1' }, settings);
  expect(over('http://deb.test/')).toBe('http://env:1');
});

it('refuses a proxy of another kind without its password', async () => {
  const socks = 'socks5h://me:secret@p:1';
  const fromEnv = await findProxies({ http_proxy: socks }, none).catch((error) => error);
  expect(fromEnv).toMatchObject({ code: 'config_invalid' });
  expect(fromEnv.message).not.toContain('secret');
  const proxyFor = await findProxies({}, async () => `Acquire::http::Proxy "${socks}";\n`);
  expect(() => proxyFor('http://deb.test/')).toThrow(
    'apt: socks5h://p:1 is not an http:// or https:// proxy',
  );
});
