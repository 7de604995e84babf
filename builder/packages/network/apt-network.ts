import type { Network } from './network.ts';

/** How apt reaches these addresses over a network: settings of apt.conf(5) and the text of auth.conf(5). */
export function aptNetwork(
  { proxyFor, loginFor }: Network,
  addresses: readonly string[],
): { settings: Record<string, string>; logins: string } {
  const settings: Record<string, string> = {};
  const logins: string[] = [];
  for (const address of addresses) {
    const { protocol, host, hostname, pathname } = new URL(address);
    settings[`Acquire::${protocol.slice(0, -1)}::Proxy::${hostname}`] = proxyFor(address) ?? 'DIRECT';
    const login = loginFor(address);
    if (login) {
      const machine = `${protocol}//${host}${pathname}`;
      logins.push(`machine ${machine} login ${login.login} password ${login.password}\n`);
    }
  }
  for (const scheme of ['http', 'https']) {
    // where a mirror sends on to
    const proxy = proxyFor(`${scheme}://elsewhere.invalid/`);
    if (proxy) settings[`Acquire::${scheme}::Proxy`] = proxy;
  }
  return { settings, logins: logins.join('') };
}

/** The environment of apt's programs: ours without proxies, for those come with the settings. */
export function aptEnvironment(config: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:https?|ftp|all|no)_proxy$/i.test(name));
  return { ...Object.fromEntries(kept), APT_CONFIG: config, LC_ALL: 'C' };
}
