// Brings a Debian machine to where `npm run demo` and `npm test` work. Plain JavaScript: any Node from 18 on runs it.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { arch, userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
/** Where packages have their libraries. */
const libraries = `usr/lib/${arch() === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const isRoot = process.getuid?.() === 0;

/** Programs and files that the builder needs, and the Debian packages that bring them. */
const forBuilding = {
  mmdebstrap: 'mmdebstrap',
  newuidmap: 'uidmap',
  xz: 'xz-utils',
  depmod: 'kmod',
  mke2fs: 'e2fsprogs',
  '/usr/share/keyrings/debian-archive-keyring.gpg': 'debian-archive-keyring',
};
/** What virtual machines need. */
const forMachines = {
  'qemu-system-x86_64': 'qemu-system-x86',
  '/usr/share/OVMF/OVMF_CODE_4M.fd': 'ovmf',
};
/** What builds images for arm64 on other machines, and starts them there: 700 MB, so only when asked for. */
const forArm64 = {
  '/usr/lib/binfmt.d/qemu-aarch64.conf': 'qemu-user-static',
  'arch-test': 'arch-test',
  'qemu-system-aarch64': 'qemu-system-arm',
  '/usr/share/AAVMF/AAVMF_CODE.fd': 'qemu-efi-aarch64',
};
/** What only checks our work in tests. */
const forPeers = {
  'fsck.erofs': 'erofs-utils',
  veritysetup: 'cryptsetup-bin',
  sgdisk: 'gdisk',
  xorriso: 'xorriso',
  isoinfo: 'genisoimage',
  sfdisk: 'fdisk',
  'fsck.fat': 'dosfstools',
  mdir: 'mtools',
  'grub-mkimage': 'grub-common',
  // Debian has it for such machines alone
  ...(arch() === 'x64' ? { '/usr/lib/grub/i386-pc/kernel.img': 'grub-pc-bin' } : {}),
  objdump: 'binutils',
  busybox: 'busybox',
  // Docker has it beside itself
  iptables: 'iptables',
  gpg: 'gpg',
  'gpg-agent': 'gpg-agent',
  gpgconf: 'gpgconf',
  sbverify: 'sbsigntool',
  'softhsm2-util': 'softhsm2',
  'pkcs11-tool': 'opensc',
  umoci: 'umoci',
  xdelta3: 'xdelta3',
  bsdiff: 'bsdiff',
  casync: 'casync',
  '/usr/bin/time': 'time',
  zstd: 'zstd',
  xmllint: 'libxml2-utils',
  curl: 'curl',
  genisoimage: 'genisoimage',
  ostree: 'ostree',
  openssl: 'openssl',
  'qemu-img': 'qemu-utils',
  'ssh-keygen': 'openssh-client',
  chromium: 'chromium',
  zsh: 'zsh',
  fish: 'fish',
  groff: 'groff-base',
  ruby: 'ruby',
  strace: 'strace',
  'systemd-analyze': 'systemd',
  setpriv: 'util-linux',
  ip: 'iproute2',
  '/usr/lib/python3/dist-packages/yaml': 'python3-yaml',
  '/usr/lib/python3/dist-packages/jsonschema': 'python3-jsonschema',
  '/usr/lib/python3/dist-packages/configobj': 'python3-configobj',
  '/usr/lib/python3/dist-packages/jinja2': 'python3-jinja2',
  '/usr/lib/python3/dist-packages/jsonpatch.py': 'python3-jsonpatch',
  '/usr/lib/python3/dist-packages/netifaces-0.11.0.egg-info': 'python3-netifaces',
  '/usr/lib/python3/dist-packages/oauthlib': 'python3-oauthlib',
  '/usr/lib/python3/dist-packages/requests': 'python3-requests',
  '/usr/lib/python3/dist-packages/serial': 'python3-serial',
};

await installNodeModules();
checkPinnedNode();
await installPackages(wantedPackages());
await unpackOnly('etcd', 'etcd-server');
if (process.argv.includes('--peers')) {
  await unpackOnly('promtool', 'prometheus');
  await unpackOnly('nginx', 'nginx', 'usr/sbin');
  await unpackOnly('cloud-init', 'cloud-init');
  await unpackOnly('discovery.etcd.io', 'etcd-discovery');
  await unpackOnly('etcd', 'etcd-server', 'usr/bin', 'bookworm');
  await unpackOnly('etcd', 'etcd-server', 'usr/bin', 'trixie');
  await unpackOnly('dockerd', 'docker.io', 'usr/sbin');
  await unpackOnly('containerd', 'containerd');
  await unpackOnly('runc', 'runc', 'usr/sbin');
  await unpackOnly('etcdctl', 'etcd-client');
  await unpackOnly('pdns_server', 'pdns-server', 'usr/sbin');
  await unpackOnly('libpipebackend.so', 'pdns-backend-pipe', `${libraries}/pdns`);
  await unpackOnly('libluajit-5.1.so.2', 'libluajit-5.1-2', libraries);
}
checkNamespaces();

function wantedPackages() {
  const [peers, machines, arm64] = ['--peers', '--machines', '--arm64'].map((name) =>
    process.argv.includes(name),
  );
  return {
    ...forBuilding,
    ...((peers || machines) && forMachines),
    ...(peers && forPeers),
    ...(arm64 && forArm64),
  };
}

async function installNodeModules() {
  const lock = createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .digest('hex');
  const stamp = join(here, 'node_modules', '.interlock-setup');
  const wanted = `${lock} ${arch()}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const node = runsNode24(process.execPath) ? process.execPath : await fetchPinnedNode();
  await must('installing npm packages', node, npmArguments(), 'npm ci failed');
  linkPinnedNode();
  writeFileSync(stamp, wanted);
}

/** npm leaves out optional packages that do not suit the Node it runs on, so it must run on the pinned one. */
async function fetchPinnedNode() {
  const kept = join(here, '.cache/tools/node');
  if (!runsNode24(kept)) {
    await must('fetching Node 24', process.execPath, npmArguments('--omit=dev'), 'npm ci failed');
    mkdirSync(dirname(kept), { recursive: true });
    copyFileSync(join(here, `node_modules/node-linux-${arch()}/bin/node`), kept);
    chmodSync(kept, 0o755);
  }
  return kept;
}

/** npm's own program, so that it can be run by a Node of our choice. */
function npmArguments(...more) {
  const found = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim();
  const npm = process.env.npm_execpath ?? (found && realpathSync(found));
  if (!npm) fail('npm is not installed. Run as root, then again: apt-get install npm');
  return [npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...more];
}

function runsNode24(node) {
  return (spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? '').startsWith('v24.');
}

/** Older npm takes the link away again when it leaves out the other architecture's package. */
function linkPinnedNode() {
  const link = join(here, 'node_modules/.bin/node');
  if (!existsSync(link)) symlinkSync(`../node-linux-${arch()}/bin/node`, link);
}

function checkPinnedNode() {
  if (!runsNode24(join(here, 'node_modules/.bin/node'))) {
    fail(`the pinned Node 24 does not run on ${process.platform} ${arch()}`);
  }
}

async function installPackages(tools) {
  const missing = [
    ...new Set(
      Object.keys(tools)
        .filter((tool) => !has(tool))
        .map((tool) => tools[tool]),
    ),
  ];
  if (missing.length === 0) return;
  const install = ['-y', '-qq', '--no-install-recommends', 'install', ...missing];
  const isDone =
    (await asRoot('reading the package lists', 'apt-get', ['-qq', 'update'])) &&
    (await asRoot(`installing ${missing.length} Debian packages (${missing.join(' ')})`, 'apt-get', install));
  if (!isDone) {
    fail(`Run as root, then again: apt-get install ${missing.join(' ')}`);
  }
}

/**
 * One program of a Debian package, unpacked and not installed: installing it would start a server on this machine. Of the
 * release that this machine has, or of the one that is named.
 */
async function unpackOnly(program, name, place = 'usr/bin', release = '') {
  const folder = join(here, '.cache/tools', [program, release].filter(Boolean).join('-'));
  if ((!release && has(program)) || existsSync(join(folder, place, program))) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const lists = release ? listsOf(release) : [];
  const fetch = async () =>
    (await runShown(`fetching ${name}`, 'apt-get', [...lists, '-qq', 'download', name], { cwd: folder })) ===
    0;
  const refresh = release
    ? async () =>
        (await runShown(`reading the package lists of ${release}`, 'apt-get', [
          ...lists,
          '-qq',
          'update',
        ])) === 0
    : () => asRoot('reading the package lists', 'apt-get', ['-qq', 'update']);
  if (!(await fetch()) && !((await refresh()) && (await fetch()))) {
    fail('Run as root, then again: apt-get update');
  }
  const deb = readdirSync(folder).find((file) => file.endsWith('.deb'));
  await must(
    `unpacking ${name}`,
    'dpkg-deb',
    ['-x', join(folder, deb), folder],
    `${name} cannot be unpacked`,
  );
  rmSync(join(folder, deb));
}

/** Options by which apt has lists of another release in a folder of ours, signed by Debian, beside those of the machine. */
function listsOf(release) {
  const folder = join(here, '.cache/tools/apt', release);
  mkdirSync(join(folder, 'lists/partial'), { recursive: true });
  mkdirSync(join(folder, 'archives/partial'), { recursive: true });
  const source = join(folder, 'sources.list');
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(source, `deb [signed-by=${keys}] ${debianMirror()} ${release} main\n`);
  return [
    ...['-o', `Dir::Etc::SourceList=${source}`, '-o', 'Dir::Etc::SourceParts=/dev/null'],
    ...['-o', `Dir::State::Lists=${join(folder, 'lists')}`, '-o', `Dir::Cache=${folder}`],
    // what runs without root must not change to apt's own user
    ...['-o', `APT::Sandbox::User=${userInfo().username}`],
  ];
}

/** Where this machine has its Debian from. */
function debianMirror() {
  const format = '$(ORIGIN) $(LABEL) $(REPO_URI)';
  const { stdout = '' } = spawnSync('apt-get', ['indextargets', '--format', format], { encoding: 'utf8' });
  const [, mirror] = /^Debian Debian (\S+)$/m.exec(stdout) ?? [];
  return mirror ?? fail('apt knows no Debian mirror. Run as root, then again: apt-get update');
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
  if (tool.startsWith('/')) return existsSync(tool);
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, tool)));
}

/** Runs a command as root, by sudo when we are not; false when that cannot be. */
async function asRoot(what, command, args) {
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive', command, ...args];
  if (!isRoot && !has('sudo')) return false;
  // the password is asked for before anything moves on the terminal
  if (!isRoot && process.stdin.isTTY) spawnSync('sudo', ['-v'], { stdio: 'inherit' });
  const [tool, rest] = isRoot ? ['env', environment.slice(1)] : ['sudo', ['-n', ...environment]];
  return (await runShown(what, tool, rest, { stdio: ['ignore', 'ignore', 'inherit'] })) === 0;
}

async function must(what, command, args, problem) {
  const env = { ...process.env, NODE_NO_WARNINGS: '1' };
  const options = { cwd: here, env, stdio: ['ignore', 'inherit', 'inherit'] };
  if ((await runShown(what, command, args, options)) !== 0) fail(problem);
}

/** Runs a program and shows that it still runs: seconds in place on a terminal, elsewhere a line now and then. Returns its status. */
async function runShown(what, command, args, options) {
  const { isTTY, columns } = process.stderr;
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const draw = (text) => process.stderr.write(`\r\x1b[K${text.slice(0, (columns || 80) - 1)}`);
  if (isTTY) draw(`setup: ${what} …`);
  else say(what);
  const ticks = setInterval(
    () => (isTTY ? draw(`setup: ${seconds()} s  ${what} …`) : say(`${what} … ${seconds()} s`)),
    isTTY ? 1000 : 10_000,
  );
  const status = await new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', ...options });
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  clearInterval(ticks);
  if (isTTY) draw('');
  if (isTTY || seconds() >= 2) say(`${what}: ${status === 0 ? `done (${seconds()} s)` : 'failed'}`);
  return status;
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(text) {
  process.stderr.write(`setup: ${text}\n`);
  process.exit(69);
}
