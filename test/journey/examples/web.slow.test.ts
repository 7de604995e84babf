import got from 'got';
import { expect, test } from 'vitest';
import { freePorts } from '../cluster/free-ports.ts';
import { tryExample } from './try-example.ts';

test('the web server gives its site to others', async () => {
  const [port = 0] = await freePorts(1);
  await tryExample({
    name: 'web',
    more: 'curl',
    machine: { net: `user,hostfwd=tcp:127.0.0.1:${port}-:80` },
    async use(vm) {
      expect(await got(`http://127.0.0.1:${port}/`, { timeout: { request: 60_000 } }).text()).toContain(
        '<h1>It works</h1>',
      );
      expect(await vm.run('cat /var/log/nginx/access.log')).toContain('GET / HTTP/1.1');
    },
  });
}, 7_200_000);
