/** What becomes of a key of cloud-init that is not read: left out with a warning, or refused with the document. */
interface OtherKey {
  treatment: 'ignored' | 'refused';
  why: string;
  instead: string;
}

const ignored = (why: string, instead = 'Leave it out.'): OtherKey => ({
  treatment: 'ignored',
  why,
  instead,
});
const refused = (why: string, instead: string): OtherKey => ({ treatment: 'refused', why, instead });

const packages = refused(
  'installs packages, and the system is read-only: each host runs exactly what its release contains',
  'Add them to packages in image.toml, build a release and publish it.',
);
const updates = refused(
  'updates packages, and the system is updated as a whole, by releases',
  'Leave it out: the agent installs what its channel offers (interlock: channel:).',
);
const sources = refused(
  'names sources of packages, and nothing is installed on a host',
  'Add [[repositories]] to image.toml.',
);
const tool = (name: string) =>
  refused(
    `starts ${name}, which images do not contain`,
    `Put it into the image (packages in image.toml), and write its files by write_files and its unit under coreos: units:.`,
  );
const ubuntu = refused('is about Ubuntu, and images are Debian', 'Leave it out.');
const ofCloudInit = ignored('is about cloud-init itself, which is not used');
const console = ignored('is about what is printed on the console; keys are not printed');
const hostKeys = ignored(
  'is about SSH host keys: each host makes its own, once, and a new instance id makes new ones',
);
const disks = refused(
  'changes partitions, and the disk has a fixed layout',
  'Use a disk of your own: format it by a unit that runs before, and mount it by mounts:.',
);
const clearPassword = refused(
  'sets a password in clear text, which everybody can read who sees the machine’s settings',
  'Write users: with passwd: "$6$…", made by `openssl passwd -6`, and lock_passwd: false.',
);
const grows = ignored('is about growing the root; the state partition grows by itself at every boot');
const boot = refused(
  'is about an installed GRUB; the boot file belongs to the release',
  'Put kernel parameters into image.toml.',
);
const pi = refused('is about Raspberry Pi OS', 'Leave it out.');

/** Every top-level key of cloud-init 25 and of Debian’s versions that `plan-document.ts` does not read. */
export const otherKeys: Readonly<Record<string, OtherKey>> = {
  allow_public_ssh_keys: ignored(
    'chooses whether keys of the metadata service are used; here they are',
    'Leave it out, or give no keys to the machine.',
  ),
  ansible: tool('Ansible'),
  apk_repos: sources,
  apt: sources,
  apt_pipelining: sources,
  apt_reboot_if_required: updates,
  apt_update: updates,
  apt_upgrade: updates,
  authkey_hash: console,
  autoinstall: ubuntu,
  byobu_by_default: refused('starts byobu in each shell', 'Put it into the image.'),
  chef: tool('Chef'),
  chpasswd: clearPassword,
  cloud_config_modules: ofCloudInit,
  cloud_final_modules: ofCloudInit,
  cloud_init_modules: ofCloudInit,
  create_hostname_file: ignored('chooses where the name is written; it is written to /etc/hostname'),
  device_aliases: disks,
  disable_ec2_metadata: ignored(
    'shuts EC2’s metadata; here the metadata service is shut on every cloud',
    'Leave it out; interlock: metadata: open opens it.',
  ),
  disable_piwiz: pi,
  disable_root: ignored(
    'shuts root’s login; root can log in by SSH with a key only',
    'Leave it out, and give root no keys to shut it.',
  ),
  disable_root_opts: ignored('belongs to disable_root'),
  disk_setup: disks,
  drivers: refused('installs drivers', 'Choose kernel = "generic" or add packages in image.toml.'),
  enable_rpi_connect: pi,
  fan: ubuntu,
  final_message: ofCloudInit,
  fs_setup: disks,
  growpart: grows,
  'grub-dpkg': boot,
  grub_dpkg: boot,
  keyboard: refused(
    'sets the keyboard by a tool that images do not contain',
    'Write /etc/vconsole.conf by write_files: KEYMAP=de.',
  ),
  landscape: ubuntu,
  'launch-index': refused(
    'chooses the machine of a group that the document is for',
    'Give each machine a document of its own.',
  ),
  locale_configfile: ignored('chooses where the locale is written; it is written to /etc/locale.conf'),
  lxd: tool('LXD'),
  manage_resolv_conf: refused(
    'writes /etc/resolv.conf, which systemd-resolved manages',
    'Write DNS= into /etc/systemd/resolved.conf.d/NAME.conf by write_files.',
  ),
  mcollective: tool('MCollective'),
  merge_how: refused(
    'says how documents are joined',
    'Leave it out: lists of all parts are joined in order, and any other key stands in one part.',
  ),
  merge_type: refused(
    'says how documents are joined',
    'Leave it out: lists of all parts are joined in order, and any other key stands in one part.',
  ),
  migrate: ofCloudInit,
  no_ssh_fingerprints: console,
  output: ofCloudInit,
  package_reboot_if_required: updates,
  package_update: updates,
  package_upgrade: updates,
  packages,
  password: clearPassword,
  phone_home: refused(
    'reports to a URL when a host is up',
    'Leave it out: hosts check in with the update server (interlock host list), or call curl in runcmd:.',
  ),
  power_state: refused(
    'restarts the host past its lock, so that too many hosts of a group can be away at once',
    'Leave it out: the agent restarts hosts when it must. After an installation: interlock: install: after: reboot.',
  ),
  puppet: tool('Puppet'),
  random_seed: refused(
    'fills the random pool from a text that others can read',
    'Leave it out: the kernel and the hypervisor’s virtio-rng fill it.',
  ),
  reporting: ofCloudInit,
  resize_rootfs: grows,
  resolv_conf: refused(
    'writes /etc/resolv.conf, which systemd-resolved manages',
    'Write DNS= into /etc/systemd/resolved.conf.d/NAME.conf by write_files.',
  ),
  rh_subscription: refused('is about Red Hat, and images are Debian', 'Leave it out.'),
  rpi_interfaces: pi,
  rpi_userconf: pi,
  rsyslog: tool('rsyslog'),
  salt_minion: tool('Salt'),
  snap: refused(
    'installs snaps, and the system is read-only',
    'Run a container by a unit, or put the program into the image.',
  ),
  spacewalk: refused('is about Spacewalk', 'Leave it out.'),
  ssh: console,
  ssh_deletekeys: hostKeys,
  ssh_fp_console_blacklist: console,
  ssh_genkeytypes: hostKeys,
  ssh_import_id: refused(
    'fetches keys of people from GitHub or Launchpad at the first boot',
    'Write the keys: ssh_authorized_keys: [ssh-ed25519 AAAA… name]. curl https://github.com/NAME.keys shows them.',
  ),
  ssh_key_console_blacklist: console,
  ssh_keys: refused(
    'contains private host keys, which everybody can read who sees the machine’s settings',
    'Leave it out: each host makes its own.',
  ),
  ssh_publish_hostkeys: hostKeys,
  ssh_quiet_keygen: console,
  system_info: ofCloudInit,
  ubuntu_advantage: ubuntu,
  ubuntu_pro: ubuntu,
  updates: refused(
    'says when cloud-init runs again',
    'Leave it out: user-data is applied once for each instance id.',
  ),
  vendor_data: ofCloudInit,
  version: ofCloudInit,
  wireguard: refused(
    'sets up WireGuard by a tool that images do not contain',
    'Write a .netdev and a .network file: coreos: units: - name: 30-wg0.netdev.',
  ),
  yum_repo_dir: sources,
  yum_repos: sources,
  zypper: sources,
};
