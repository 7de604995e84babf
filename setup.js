// Brings a Debian machine to where `npm run demo` and `npm test` work. Plain JavaScript: any Node from 18 on runs it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const isRoot = process.getuid?.() === 0;

/** Programs that the builder runs, and the Debian packages that bring them. */
const forBuilding = {
  mmdebstrap: 'mmdebstrap',
  newuidmap: 'uidmap',
  xz: 'xz-utils',
  depmod: 'kmod',
  'debian-archive-keyring': 'debian-archive-keyring',
};
/** Programs that only check our work in tests. */
const forPeers = {
  'fsck.erofs': 'erofs-utils',
  veritysetup: 'cryptsetup-bin',
  sgdisk: 'gdisk',
  'fsck.fat': 'dosfstools',
  mdir: 'mtools',
  objdump: 'binutils',
  busybox: 'busybox',
};

installNodeModules();
checkPinnedNode();
installPackages(process.argv.includes('--peers') ? { ...forBuilding, ...forPeers } : forBuilding);
unpackEtcd();
checkNamespaces();

function installNodeModules() {
  const lock = createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .digest('hex');
  const stamp = join(here, 'node_modules', '.interlock-setup');
  const wanted = `${lock} ${arch()}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing npm packages');
  must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci failed');
  writeFileSync(stamp, wanted);
}

function checkPinnedNode() {
  const version =
    spawnSync(join(here, 'node_modules/.bin/node'), ['--version'], { encoding: 'utf8' }).stdout ?? '';
  if (!version.startsWith('v24.')) fail(`the pinned Node 24 does not run on ${process.platform} ${arch()}`);
}

function installPackages(tools) {
  const missing = [
    ...new Set(
      Object.keys(tools)
        .filter((tool) => !has(tool))
        .map((tool) => tools[tool]),
    ),
  ];
  if (missing.length === 0) return;
  say(`installing Debian packages: ${missing.join(' ')}`);
  const install = ['-y', '-qq', '--no-install-recommends', 'install', ...missing];
  if (!asRoot('apt-get', ['-qq', 'update']) || !asRoot('apt-get', install)) {
    fail(`Run as root, then again: apt-get install ${missing.join(' ')}`);
  }
}

/** Debian's etcd, unpacked and not installed: installing it would start a server on this machine. */
function unpackEtcd() {
  const folder = join(here, '.cache/tools/etcd');
  if (has('etcd') || existsSync(join(folder, 'usr/bin/etcd'))) return;
  say('fetching etcd-server');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const fetch = () => spawnSync('apt-get', ['-qq', 'download', 'etcd-server'], { cwd: folder }).status === 0;
  if (!fetch() && !(asRoot('apt-get', ['-qq', 'update']) && fetch())) {
    fail('Run as root, then again: apt-get update');
  }
  const deb = readdirSync(folder).find((name) => name.endsWith('.deb'));
  must('dpkg-deb', ['-x', join(folder, deb), folder], 'etcd-server cannot be unpacked');
}

function checkNamespaces() {
  if (isRoot) return;
  const ranges = existsSync('/etc/subuid') ? readFileSync('/etc/subuid', 'utf8') : '';
  const mapped = ranges.split('\n').some((line) => line.startsWith(`${userInfo().username}:`));
  if (spawnSync('unshare', ['--user', '--map-root-user', 'true']).status !== 0 || !mapped) {
    fail('user namespaces are forbidden or /etc/subuid has no range for you: run as root, or ask for them');
  }
}

function has(tool) {
  if (tool === 'debian-archive-keyring') return existsSync('/usr/share/keyrings/debian-archive-keyring.gpg');
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, tool)));
}

/** Runs a command as root, by sudo when we are not; false when that cannot be. */
function asRoot(command, args) {
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive', command, ...args];
  if (!isRoot && !has('sudo')) return false;
  const ask = process.stdin.isTTY ? [] : ['-n'];
  const [tool, rest] = isRoot ? ['env', environment.slice(1)] : ['sudo', [...ask, ...environment]];
  return spawnSync(tool, rest, { stdio: ['inherit', 'ignore', 'inherit'] }).status === 0;
}

function must(command, args, problem) {
  if (spawnSync(command, args, { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0)
    fail(problem);
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(text) {
  process.stderr.write(`setup: ${text}\n`);
  process.exit(69);
}
