/** When to try again: at once, after a wait, or not until something changes. */
export type Retry = 'now' | 'later' | 'never';

/** One line of the table. */
export interface Row {
  /** What happened; `{name}` is replaced by the operand of that name. */
  message: string;
  /** What the reader can do about it. */
  remedy: string;
  http: number;
  exit: number;
  retry: Retry;
}

/** Every error, in one table; `docs/errors.md` is generated from it. */
export const errorTable = {
  // what a person typed or wrote
  usage: row('{problem}', 'Add --help to the command to see its arguments and an example.', 400, 2, 'never'),
  definition_invalid: row(
    '{file}:{line}: {problem}{lines?}',
    'Correct this line of the image definition.',
    400,
    65,
    'never',
  ),
  config_invalid: row('{file}: {problem}', 'Correct this file.', 400, 78, 'never'),
  bad_input: row('{what}: {problem}', 'Correct the input. Nothing was changed.', 400, 65, 'never'),
  not_found: row('{what} does not exist', 'Check the spelling of the name or path.', 404, 66, 'never'),
  not_confirmed: row(
    '{file} was not signed: {problem}',
    'Review all changes with --show, then sign with --digest {digest}.',
    400,
    2,
    'never',
  ),
  exists: row('{what} already exists', 'Choose another name, or remove it first.', 409, 73, 'never'),

  // the build machine
  tool_missing: row('{tool} is not installed', 'Run: apt-get install {package}', 500, 69, 'never'),
  tool_failed: row(
    '{tool} failed with status {status}: {output}',
    'Read the output of the program above.',
    500,
    70,
    'later',
  ),
  namespaces_forbidden: row(
    'user namespaces are not allowed on this machine',
    'Run as root, or allow them: sysctl kernel.unprivileged_userns_clone=1 (AppArmor must not restrict them either).',
    500,
    77,
    'never',
  ),
  secret_in_image: row(
    'the root contains private keys, and anyone can download it:{lines}',
    'Remove them (`remove = ["{path}"]`) and give each host its own. Allow a key that protects nothing, such as test data: `secrets = ["{path}"]`.',
    400,
    65,
    'never',
  ),
  no_execution: row(
    '{folder} is mounted noexec, so programs of the image cannot run there',
    'Choose another folder: TMPDIR=/var/tmp',
    400,
    78,
    'never',
  ),
  sandbox_forbidden: row(
    'cannot hide this machine from packages and scripts: {problem}',
    'Build as root outside a container, or in one with --privileged.',
    500,
    77,
    'never',
  ),
  emulation_missing: row(
    '{arch} packages cannot be installed on this {machine} machine: {problem}',
    'Run as root: apt-get install qemu-user-static arch-test; without systemd also: mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc && /usr/lib/systemd/systemd-binfmt',
    500,
    69,
    'never',
  ),
  node_missing: row(
    'the npm package {name} with the image’s Node is not installed',
    'Run in this folder: npm pack {name}@{version} && mkdir -p node_modules/{name} && tar -xzf {name}-{version}.tgz -C node_modules/{name} --strip-components=1',
    500,
    69,
    'never',
  ),
  not_reproduced: row(
    'a second build of {folder} differs: {lines}',
    'Find out what these files depend on: time, random numbers, the build machine, or a changed input.',
    409,
    65,
    'never',
  ),
  depends_on_machine: row(
    'the root differs when installed on another simulated machine: {lines}',
    'Remove what belongs to one machine (`remove = ["{path}"]`), and let a unit create it on the first boot of each host.',
    409,
    65,
    'never',
  ),
  package_gone: row(
    'no mirror has {packages} any longer',
    'Use a cache that has it (INTERLOCK_CACHE, --offline), a mirror that keeps old versions (INTERLOCK_MIRROR), or resolve packages again with --update-lock.',
    404,
    66,
    'never',
  ),
  package_unknown: row(
    '{file}:{line}: package {package} does not exist in {suite}{hint}',
    'Check the name, the suite and the components; firmware and microcode are in non-free-firmware.',
    404,
    66,
    'never',
  ),
  version_unknown: row(
    '{file}:{line}: no version satisfies {wish}; available: {found}',
    'Use one of these, or add the repository that has it ([[repositories]]).',
    404,
    66,
    'never',
  ),
  packages_conflict: row(
    'the packages conflict: {lines}',
    'Take packages that depend on each other from one suite, or allow other versions of one.',
    409,
    65,
    'never',
  ),
  mirror_failed: row(
    'cannot fetch {what} from the mirror: {problem}',
    'Check INTERLOCK_MIRROR, the network and the proxies (http_proxy, https_proxy, no_proxy).',
    502,
    69,
    'later',
  ),
  index_expired: row(
    'the package index {index} expired {time} ago',
    'Use a mirror that is up to date (INTERLOCK_MIRROR). For a snapshot add --allow-expired; lock and provenance record it.',
    502,
    69,
    'later',
  ),
  image_too_big: row(
    'the {part} needs {size} bytes and its slot has {room}',
    'Enlarge it in [slots] of image.toml, or remove files from the image.',
    400,
    65,
    'never',
  ),
  image_incomplete: row(
    'the root of {image} lacks files that it needs to boot or to run its units:{lines}',
    'Add the packages or keep the files that the lines name.',
    400,
    65,
    'never',
  ),
  esp_too_small: row(
    'an EFI system partition of {size} bytes has no room for a second boot file of {boot} bytes, so the first update would fail',
    'Use --esp-size "{needed} MiB" or more.',
    400,
    65,
    'never',
  ),

  // formats and bytes
  release_invalid: row('{file}: {problem}', 'Build or download the release again.', 400, 65, 'never'),
  payload_invalid: row(
    'payload: {problem}',
    'The payload is damaged or forged. It is downloaded again later.',
    422,
    65,
    'later',
  ),
  payload_mismatch: row(
    '{blob}: operation {index} yields {found}, but the payload names {expected}',
    'The blob is damaged or forged. It is downloaded again.',
    422,
    65,
    'later',
  ),
  slot_mismatch: row(
    'slot {slot} reads back as {found} instead of {expected}',
    'The disk returned other bytes than were written. Check the disk (smartctl, dmesg).',
    500,
    74,
    'later',
  ),
  disk_invalid: row('{disk}: {problem}', 'Check the disk. Nothing was written.', 500, 74, 'never'),

  // trust
  keys_missing: row(
    '{dir} has too few keys for {role}',
    'Use the folder that `interlock keys init` created. If the keys are on several machines, collect signatures with --export.',
    400,
    66,
    'never',
  ),
  signer_failed: row(
    'signing for {role} with `{command}` failed: {problem}',
    'Try the command yourself: it reads bytes from stdin and writes the signature to stdout (docs/keys.md).',
    500,
    70,
    'never',
  ),
  metadata_invalid: row(
    '{role} metadata: {problem}',
    'The metadata is damaged or forged and was refused. It is fetched again later.',
    422,
    65,
    'later',
  ),
  metadata_expired: row(
    '{role} metadata has expired',
    'Sign it again: interlock keys renew DIR --server URL. Hosts keep running; only new installs wait.',
    422,
    65,
    'later',
  ),
  metadata_rollback: row(
    '{role} is version {found}, but version {seen} was known before',
    'The server shows an older state, which is refused. After a restore run: interlock keys renew DIR --server URL',
    422,
    65,
    'later',
  ),
  metadata_conflict: row(
    '{role} is at version {found} instead of {expected}',
    'Someone else signed in the meantime. Run the command again.',
    409,
    75,
    'now',
  ),
  clock_behind: row(
    'the clock shows {now}, but metadata signed at {seen} is already known',
    'Set the clock. The agent tries again later.',
    422,
    75,
    'later',
  ),
  clock_unsure: row(
    '{role} metadata seems to have expired, but the clock is not synchronized',
    'Synchronize the clock (timedatectl). The agent tries again later.',
    422,
    75,
    'later',
  ),
  offer_refused: row(
    '{version} refused: {problem}',
    'Only the signed channel document allows a version. Check it: interlock channel show NAME CHANNEL --keys DIR',
    422,
    65,
    'later',
  ),

  // server
  unauthorized: row(
    'no valid token or credential',
    'Use a token of this server: interlock login --server URL',
    401,
    77,
    'never',
  ),
  enrolment_closed: row(
    'hosts need a join token to enroll here',
    'Create one (interlock token create --role join) and set it as join_token on the host, or let hosts enroll without one: interlock host enrollment open',
    403,
    77,
    'later',
  ),
  enrolment_full: row(
    '{limit} hosts already wait for approval, which is the limit',
    'Approve or forget some (interlock host list --unapproved, interlock host forget --unapproved), or give the host a join token.',
    429,
    75,
    'later',
  ),
  forbidden: row(
    'role {role} is not allowed to {action}',
    'Use a token with the right role (docs/operating.md).',
    403,
    77,
    'never',
  ),
  cross_site: row(
    'this request does not come from the server’s own dashboard: {problem}',
    'Open the dashboard at the server’s own address. Programs send a bearer token instead of a cookie.',
    403,
    77,
    'never',
  ),
  wrong_state: row('cannot {action}: {what} is {state}', 'Check its current state first.', 409, 65, 'never'),
  too_many: row(
    'too many requests: the limit is {limit} a minute',
    'Wait for the time in Retry-After.',
    429,
    75,
    'later',
  ),
  overloaded: row(
    'the server is busy',
    'Wait for the time in Retry-After. Agents do so by themselves.',
    503,
    75,
    'later',
  ),
  server_unready: row(
    '{problem}',
    'Do what the message says; otherwise wait and try again.',
    503,
    75,
    'later',
  ),
  rollout_stopped: row(
    'the rollout of {name} {version} on {channel} is {state}',
    'See which hosts failed and why: interlock rollout show {id}. Then: {next}',
    409,
    75,
    'never',
  ),
  rollout_unreached: row(
    'the rollout of {name} {version} on {channel} ended and no host runs it: {problem}',
    'See the reason of each host: interlock rollout show {id}',
    409,
    75,
    'never',
  ),
  rollout_timeout: row(
    'the rollout of {name} {version} on {channel} was not complete within {timeout}: {problem}',
    'It continues. See which hosts are missing: interlock rollout show {id}',
    408,
    75,
    'later',
  ),
  listen_unsafe: row(
    'refusing to listen on {address} without TLS',
    'Add --tls-cert and --tls-key, or --behind-proxy, or listen on 127.0.0.1.',
    500,
    78,
    'never',
  ),
  listen_failed: row(
    'cannot listen on {address}: {problem}',
    'Choose another address with --listen, or stop the program that uses this one.',
    500,
    69,
    'later',
  ),
  backup_invalid: row('{file}: {problem}', 'Use another backup. Nothing was created.', 422, 65, 'never'),
  upload_incomplete: row(
    '{missing} blobs of {version} were not uploaded',
    'Run interlock publish again; it continues.',
    409,
    75,
    'now',
  ),
  range_invalid: row(
    'range {range} is outside of the {size} bytes of the file',
    'Request a range inside the file.',
    416,
    65,
    'never',
  ),
  backup_incomplete: row(
    '{folder} lacks {count} blobs that were damaged or missing: {blobs}',
    'Everything else was saved. Publish these releases again, or run: interlock restore OLDER-BACKUP --data DIR --blobs',
    409,
    65,
    'never',
  ),
  blob_mismatch: row(
    'the uploaded bytes hash to {found} instead of {expected}',
    'Run interlock publish again.',
    422,
    65,
    'now',
  ),

  // network
  unreachable: row(
    '{url}: {problem}',
    'Check the address and the network. Agents try again later.',
    502,
    69,
    'later',
  ),
  answer_invalid: row(
    '{url} responded with {status}: {problem}',
    'Check that the address is that of the update server, with no proxy or portal in between.',
    502,
    76,
    'later',
  ),
  answer_too_long: row(
    'the response of {url} is longer than {limit} bytes',
    'Check that the address is that of the update server.',
    502,
    76,
    'later',
  ),

  // host
  state_invalid: row(
    '{file}: {problem}',
    'The agent moves the file aside and continues without it. For the consequences run: interlock-agent status',
    500,
    65,
    'never',
  ),
  version_failed_here: row(
    '{version} failed on this host: {reason}',
    'To install it nevertheless: interlock-agent rollback {version}',
    409,
    75,
    'never',
  ),
  cancel_late: row(
    'too late to cancel {version}: {problem}',
    'To go back once it is marked good: interlock-agent rollback',
    409,
    75,
    'never',
  ),
  space_missing: row(
    '{where} has {free} bytes free and needs {needed}',
    'Free some space there.',
    507,
    74,
    'later',
  ),
  disk_full: row(
    '{where}: no space left',
    'Free some space on this disk. Agents and servers try again later.',
    507,
    74,
    'later',
  ),
  disk_failed: row(
    '{where}: {problem}',
    'The disk is read-only or fails. Check the kernel log (dmesg) and the mount options.',
    503,
    74,
    'later',
  ),
  permission_denied: row(
    '{where}: {problem}',
    'Run the command as a user with the right to do this, or grant that right.',
    500,
    77,
    'later',
  ),
  loader_unsafe: row('{problem}', 'The host does not flip and keeps the running slot.', 500, 74, 'never'),
  lock_unset: row(
    'no lock is configured, so this host does not reboot',
    'In a file in /etc/interlock/agent.d set [lock] kind = "etcd" and endpoints, or kind = "none" for a host that can reboot at any time.',
    500,
    78,
    'never',
  ),
  lock_unknown: row(
    'the outcome of the lock’s transaction is unknown: {problem}',
    'Hosts try again by themselves. After a command, check `interlock lock status` and repeat it; repeating is safe.',
    503,
    75,
    'later',
  ),
  lock_damaged: row(
    'the lock of group {group} (etcd key {key}) cannot be read: {problem}',
    'No host of the group reboots until it is repaired. See the last readable value, then write it back: interlock lock reset --group {group} --etcd URLS',
    409,
    65,
    'later',
  ),
  etcd_no_space: row(
    '{url}: the etcd database is full (alarm NOSPACE), so no place can be taken or returned',
    'At one of the members run `etcdctl compact REVISION`, `etcdctl defrag --cluster`, `etcdctl alarm disarm`; get REVISION from `etcdctl endpoint status --write-out=json`.',
    507,
    75,
    'later',
  ),
  lock_stranded: row(
    'the lock of group {group} has a place for this host from boot {boot}, which the host does not remember; to release it: interlock lock release {host} --yes --group {group} --etcd {etcd}',
    'Check that this host is healthy, then run that command. The host never releases this place by itself.',
    409,
    77,
    'later',
  ),
  etcd_rewound: row(
    'etcd cluster {cluster} is at revision {found}, but was at {seen} before',
    'It was restored from a snapshot. When no host of the group is rebooting, run: interlock-agent lock acknowledge --yes',
    409,
    77,
    'never',
  ),
  etcd_other: row(
    '{url} belongs to etcd cluster {found} instead of {cluster}',
    'Remove the wrong address from the list. If the host’s place is in the other cluster, let the host reach that one; if it is gone for good, run: interlock-agent lock acknowledge --move --yes',
    409,
    77,
    'later',
  ),
  lock_quorum: row(
    'a reboot of this host would break the etcd quorum: {problem}',
    'The host waits until enough other members are healthy.',
    409,
    75,
    'later',
  ),
  on_trial: row(
    'the running slot is not marked good yet: {problem}',
    'Its health is checked again; if it is not confirmed, the host returns to the other slot.',
    503,
    75,
    'later',
  ),
  hook_failed: row(
    'hook {hook}: {problem}',
    'The agent runs it again later; a reboot waits for it.',
    500,
    75,
    'later',
  ),
  busy: row('another {program} is running (pid {pid})', 'Wait until it ends.', 409, 75, 'later'),
  internal: row('{problem}', 'This is a bug in Interlock. Please report it.', 500, 70, 'later'),
} as const satisfies Record<string, Row>;

/** The code of an error, on the wire and in print. */
export type ErrorCode = keyof typeof errorTable;

/** A row whose texts keep their literal types: the operands of an error are read from them (`operands.ts`). */
function row<Message extends string, Remedy extends string>(
  message: Message,
  remedy: Remedy,
  http: number,
  exit: number,
  retry: Retry,
): Row & { message: Message; remedy: Remedy } {
  return { message, remedy, http, exit, retry };
}
