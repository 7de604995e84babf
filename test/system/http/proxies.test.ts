import { expect, test } from 'vitest';
import { createHttpAgents } from '../../../system/http/http-agents.ts';
import { readProxies } from '../../../system/http/proxies.ts';

test.each([
  [{}, {}],
  [{ http_proxy: 'http://p:3128' }, { http_proxy: 'http://p:3128' }],
  [{ HTTPS_PROXY: 'https://p' }, { https_proxy: 'https://p' }],
  [{ https_proxy: 'http://small', HTTPS_PROXY: 'http://CAPITAL' }, { https_proxy: 'http://small' }],
  [{ https_proxy: '', HTTPS_PROXY: 'http://p' }, { https_proxy: 'http://p' }],
  [{ http_proxy: 'p:3128' }, { http_proxy: 'http://p:3128' }],
  [
    { all_proxy: 'http://a', http_proxy: 'http://p' },
    { http_proxy: 'http://p', https_proxy: 'http://a' },
  ],
  [
    { http_proxy: 'http://p', no_proxy: '.example' },
    { http_proxy: 'http://p', no_proxy: '.example' },
  ],
  [{ http_proxy: 'socks5://p', NO_PROXY: '*' }, {}],
])('%o is read as %o', (env, expected) => {
  expect(readProxies(env)).toEqual(expected);
});

test.each([
  [{ http_proxy: 'socks5://user:secret@p:1080' }, 'socks5'],
  [{ all_proxy: 'socks5h://p' }, 'socks5h'],
  [{ HTTPS_PROXY: 'ftp://p' }, 'ftp'],
  [{ https_proxy: 'http://p:99999' }, 'not a URL'],
  [{ https_proxy: 'http://' }, 'not a URL'],
  [{ https_proxy: 'two words' }, 'not a URL'],
  [{ https_proxy: 'http://p/proxy.pac' }, 'no path'],
  [{ ALL_PROXY: 'p:port' }, 'not a URL'],
])('%o is an error, and no way round the proxy', (env, words) => {
  const failure = (() => {
    try {
      return createHttpAgents(undefined, env as NodeJS.ProcessEnv);
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toMatchObject({ code: 'config_invalid', message: expect.stringContaining(words) });
  expect((failure as Error).message).toContain(Object.keys(env)[0]);
  expect((failure as Error).message).not.toContain('secret');
});
