/** When the failed thing is worth trying again: at once, after a wait, or not until something changes. */
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

/** Every failure a person or a program can meet, in one table; `docs/errors.md` is generated from it. */
export const errorTable = {
  // what a person typed or wrote
  usage: row('{problem}', 'See --help.', 400, 2, 'never'),
  definition_invalid: row(
    '{file}:{line}: {problem}{lines?}',
    'Correct the image definition.',
    400,
    65,
    'never',
  ),
  config_invalid: row('{file}: {problem}', 'Correct the configuration.', 400, 78, 'never'),
  bad_input: row('{what}: {problem}', 'Correct the input; nothing was changed.', 400, 65, 'never'),
  not_found: row('{what} does not exist', 'Check the name.', 404, 66, 'never'),
  not_confirmed: row(
    '{file} was not signed: {problem}',
    'Read all that it changes (--show), then sign it with --digest {digest}.',
    400,
    2,
    'never',
  ),
  exists: row('{what} exists already', 'Choose another name, or remove it first.', 409, 73, 'never'),

  // the build machine
  tool_missing: row('{tool} is not installed', 'Run: apt-get install {package}', 500, 69, 'never'),
  tool_failed: row(
    '{tool} failed with status {status}: {output}',
    'Read its output above.',
    500,
    70,
    'later',
  ),
  namespaces_forbidden: row(
    'user namespaces are forbidden here',
    'Run as root, or allow them: sysctl kernel.unprivileged_userns_clone=1 (and no AppArmor restriction).',
    500,
    77,
    'never',
  ),
  secret_in_image: row(
    'the root, which everybody may fetch, holds private keys:{lines}',
    'Leave them out (`remove = ["{path}"]`) and give each host its own. Of a key that guards nothing, as in the data of tests, say so: `secrets = ["{path}"]`.',
    400,
    65,
    'never',
  ),
  no_execution: row(
    '{folder} is mounted noexec: no program of an image can run there',
    'Name another folder: TMPDIR=/var/tmp',
    400,
    78,
    'never',
  ),
  sandbox_forbidden: row(
    'packages and scripts would see this machine, for the sandbox is not allowed to hide it: {problem}',
    'Build as root on the machine itself, or in a container that may mount (--privileged).',
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
    'the npm package {name}, which brings the image’s Node, is not here',
    'Run here: npm pack {name}@{version} && mkdir -p node_modules/{name} && tar -xzf {name}-{version}.tgz -C node_modules/{name} --strip-components=1',
    500,
    69,
    'never',
  ),
  not_reproduced: row(
    '{folder}, built again, differs: {lines}',
    'Look at what those files are made of: time, chance, the machine they are made on, or another input than then.',
    409,
    65,
    'never',
  ),
  depends_on_machine: row(
    'installed again on another made-up machine, the root differs: {lines}',
    'What belongs to one machine belongs in no image: take it out (`remove = ["{path}"]`), and have a unit make it on the first boot of each host.',
    409,
    65,
    'never',
  ),
  package_gone: row(
    'no mirror has {packages} any more',
    'Build where the cache has it (INTERLOCK_CACHE, --offline), from a mirror that keeps old versions (INTERLOCK_MIRROR), or choose anew with --update-lock.',
    404,
    66,
    'never',
  ),
  package_unknown: row(
    '{file}:{line}: no package {package} in {suite}{hint}',
    'Check its name, the suite and components: firmware and microcode are in non-free-firmware.',
    404,
    66,
    'never',
  ),
  version_unknown: row(
    '{file}:{line}: nothing satisfies {wish}; there is {found}',
    'Name one of these, or the repository that has it ([[repositories]]).',
    404,
    66,
    'never',
  ),
  packages_conflict: row(
    'the packages do not fit together: {lines}',
    'Take packages that need each other from one suite, or loosen the version of one.',
    409,
    65,
    'never',
  ),
  mirror_failed: row(
    'the mirror did not give {what}: {problem}',
    'Check INTERLOCK_MIRROR, the network and its proxies (http_proxy, https_proxy, no_proxy).',
    502,
    69,
    'later',
  ),
  index_expired: row(
    'the package index {index} has expired: nobody has signed it anew since {time} ago',
    'Use a mirror that is kept up to date (INTERLOCK_MIRROR). A snapshot never is: for one, say --allow-expired, which the lock and the provenance record.',
    502,
    69,
    'later',
  ),
  image_too_big: row(
    'the {part} needs {size} bytes and the slot has {room}',
    'Raise it in [slots], or put less into the image.',
    400,
    65,
    'never',
  ),
  image_incomplete: row(
    'the root of {image} lacks what it needs to start or to work:{lines}',
    'Add the package, or keep the file, as each line says.',
    400,
    65,
    'never',
  ),
  esp_too_small: row(
    'an EFI system partition of {size} bytes holds no second boot file of {boot} bytes: the first update would fail',
    'Use --esp-size "{needed} MiB" or more.',
    400,
    65,
    'never',
  ),

  // formats and bytes
  release_invalid: row('{file}: {problem}', 'Build or fetch the release again.', 400, 65, 'never'),
  payload_invalid: row(
    'payload: {problem}',
    'The download is damaged or forged; it is refused.',
    422,
    65,
    'later',
  ),
  payload_mismatch: row(
    '{blob}: operation {index} yields {found}, the payload says {expected}',
    'The download is damaged or forged; it is refused and fetched again.',
    422,
    65,
    'later',
  ),
  slot_mismatch: row(
    'slot {slot} reads back as {found} and should be {expected}',
    'The disk returned other bytes than were written; check the disk.',
    500,
    74,
    'later',
  ),
  disk_invalid: row('{disk}: {problem}', 'Check the disk; nothing was written.', 500, 74, 'never'),

  // trust
  keys_missing: row(
    '{dir} holds too few keys for {role}',
    'Use the folder that `interlock keys init` made; when the keys lie on several machines, gather signatures with --export.',
    400,
    66,
    'never',
  ),
  signer_failed: row(
    'signing for {role} by `{command}`: {problem}',
    'Try the command by hand: bytes on stdin, the signature on stdout (docs/keys.md).',
    500,
    70,
    'never',
  ),
  metadata_invalid: row(
    '{role} metadata: {problem}',
    'The metadata is damaged or forged; it is refused.',
    422,
    65,
    'later',
  ),
  metadata_expired: row(
    '{role} metadata expired',
    'Whoever holds its key must sign it again. Running hosts are not affected.',
    422,
    65,
    'later',
  ),
  metadata_rollback: row(
    '{role} is version {found}, version {seen} was seen before',
    'The server shows an older state; it is refused.',
    422,
    65,
    'later',
  ),
  metadata_conflict: row(
    '{role} is at version {found}, not {expected}',
    'Somebody signed in between: run the command again.',
    409,
    75,
    'now',
  ),
  clock_behind: row(
    'the clock says {now}, metadata signed at {seen} was seen before',
    'Set the clock; tried again later.',
    422,
    75,
    'later',
  ),
  clock_unsure: row(
    '{role} metadata seems expired, and the clock is not synchronised',
    'Synchronise the clock; tried again later.',
    422,
    75,
    'later',
  ),
  offer_refused: row(
    '{version} refused: {problem}',
    'The signed channel document decides, not the server.',
    422,
    65,
    'later',
  ),

  // server
  unauthorized: row(
    'no valid credential',
    'Use a token or a host credential of this server.',
    401,
    77,
    'never',
  ),
  enrolment_closed: row(
    'hosts need a join token to enrol here',
    'Make one: interlock token create --role join, and give it to the host as join_token; or let hosts ask: interlock host enrollment open',
    403,
    77,
    'later',
  ),
  enrolment_full: row(
    '{limit} hosts wait for approval already, and no more may',
    'Approve or forget some: interlock host list --unapproved, interlock host forget --unapproved; or give the host a join token.',
    429,
    75,
    'later',
  ),
  forbidden: row('{role} may not {action}', 'Use a token of the needed role.', 403, 77, 'never'),
  cross_site: row(
    'this change was not asked for by the server’s own page: {problem}',
    'Use the page at the server’s own address; programs send a token as bearer, and no cookie.',
    403,
    77,
    'never',
  ),
  wrong_state: row(
    '{what} is {state}: {action} is refused',
    'Look at its present state first.',
    409,
    65,
    'never',
  ),
  too_many: row(
    'too many requests: {limit} a minute are allowed',
    'Asked again after the time it names.',
    429,
    75,
    'later',
  ),
  overloaded: row('the server is busy', 'Asked again after the time it names.', 503, 75, 'later'),
  server_unready: row(
    '{problem}',
    'If the message names what to do, do that; otherwise wait: it is tried again.',
    503,
    75,
    'later',
  ),
  rollout_stopped: row(
    'the rollout of {name} {version} on {channel} is {state}',
    'See who failed and why: interlock rollout show {id}. Then: {next}',
    409,
    75,
    'never',
  ),
  rollout_unreached: row(
    '{name} {version} is over on {channel} and no host runs it: {problem}',
    'See each host: interlock rollout show {id}',
    409,
    75,
    'never',
  ),
  rollout_timeout: row(
    '{name} {version} was not through on {channel} within {timeout}: {problem}',
    'It goes on by itself. See who is missing: interlock rollout show {id}',
    408,
    75,
    'later',
  ),
  listen_unsafe: row(
    'refusing to listen on {address} without TLS',
    'Give --tls-cert and --tls-key, or --behind-proxy, or listen on 127.0.0.1.',
    500,
    78,
    'never',
  ),
  listen_failed: row(
    'cannot listen on {address}: {problem}',
    'Choose another address with --listen, or end what uses this one.',
    500,
    69,
    'later',
  ),
  backup_invalid: row('{file}: {problem}', 'Use another backup; nothing was made.', 422, 65, 'never'),
  upload_incomplete: row(
    '{missing} blobs of {version} are not here',
    'Repeat publish; it continues.',
    409,
    75,
    'now',
  ),
  range_invalid: row('range {range} of {size} bytes', 'Ask for a range inside the file.', 416, 65, 'never'),
  backup_incomplete: row(
    '{folder} lacks {count} blobs, damaged or missing where they were to come from: {blobs}',
    'Everything else is there. Publish those releases again, or: interlock restore OLDER-BACKUP --data DIR --blobs',
    409,
    65,
    'never',
  ),
  blob_mismatch: row('the bytes sent hash to {found}, not {expected}', 'Repeat publish.', 422, 65, 'now'),

  // network
  unreachable: row(
    '{url}: {problem}',
    'Check the address and the network; tried again later.',
    502,
    69,
    'later',
  ),
  answer_invalid: row('{url} answered {status}: {problem}', 'Check the server.', 502, 76, 'later'),
  answer_too_long: row('{url} sends more than {limit} bytes', 'Refused.', 502, 76, 'later'),

  // host
  state_invalid: row(
    '{file}: {problem}',
    'The agent sets it aside and goes on without it; interlock-agent status says what that means.',
    500,
    65,
    'never',
  ),
  version_failed_here: row(
    '{version} failed on this host: {reason}',
    'To go there all the same: interlock-agent rollback {version}',
    409,
    75,
    'never',
  ),
  cancel_late: row(
    'too late to give {version} up: {problem}',
    'To leave it once it is marked good: interlock-agent rollback',
    409,
    75,
    'never',
  ),
  space_missing: row('{where} has {free} bytes free, {needed} are needed', 'Make room.', 507, 74, 'later'),
  disk_full: row('{where}: no space left', 'Make room on its disk; tried again later.', 507, 74, 'later'),
  disk_failed: row(
    '{where}: {problem}',
    'The disk refuses or fails: look at the kernel’s log (dmesg) and at how it is mounted.',
    503,
    74,
    'later',
  ),
  permission_denied: row(
    '{where}: {problem}',
    'Run this as a user that may do it, or give that user the right.',
    500,
    77,
    'later',
  ),
  loader_unsafe: row('{problem}', 'Flipping is refused; the running slot stays.', 500, 74, 'never'),
  lock_unset: row(
    'nobody said which lock this host takes before it reboots',
    'In a file of /etc/interlock/agent.d: [lock] with kind = "etcd" and endpoints; or kind = "none" for a host that may reboot on its own.',
    500,
    78,
    'never',
  ),
  lock_unknown: row(
    'the lock’s answer is unknown: {problem}',
    'A host asks again by itself. After a command: look with `interlock lock status`, and repeat the command; twice does no harm.',
    503,
    75,
    'later',
  ),
  lock_damaged: row(
    'the lock of group {group} (etcd key {key}) cannot be read: {problem}',
    'Nobody of the group reboots until it can be read. See what was there before, then write it back: interlock lock reset --group {group} --etcd URLS',
    409,
    65,
    'later',
  ),
  etcd_no_space: row(
    '{url}: etcd’s database is full (alarm NOSPACE), so nobody can take or give back a place',
    'With etcdctl at one of its members: `etcdctl compact REVISION`, `etcdctl defrag --cluster`, `etcdctl alarm disarm`; REVISION as `etcdctl endpoint status --write-out=json` says.',
    507,
    75,
    'later',
  ),
  lock_stranded: row(
    'the lock has a place of group {group} under this host’s id, taken under boot {boot}, which it does not remember; its way out: interlock lock release {host} --yes --group {group} --etcd {etcd}',
    'See that this host is well, then give the place back by that command: it never does so by itself.',
    409,
    77,
    'later',
  ),
  etcd_rewound: row(
    'etcd cluster {cluster} is at revision {found}, {seen} was seen before',
    'It was restored from a snapshot. When nobody of the group is rebooting: interlock-agent lock acknowledge --yes',
    409,
    77,
    'never',
  ),
  etcd_other: row(
    '{url} belongs to etcd cluster {found}, and not to {cluster}',
    'Take the wrong address out of the list. If the host’s place is in the other cluster, let the host reach it there; when that cluster is gone for good: interlock-agent lock acknowledge --move --yes',
    409,
    77,
    'later',
  ),
  lock_quorum: row(
    'the reboot would cost etcd its quorum: {problem}',
    'Waits until enough other members are healthy.',
    409,
    75,
    'later',
  ),
  on_trial: row(
    'the running slot is not marked good: {problem}',
    'It is judged again; unconfirmed, the host returns to the other slot.',
    503,
    75,
    'later',
  ),
  hook_failed: row(
    'hook {hook}: {problem}',
    'Tried again later; before a reboot, the reboot waits.',
    500,
    75,
    'later',
  ),
  busy: row('another {program} runs (pid {pid})', 'Wait for it.', 409, 75, 'later'),
  internal: row('{problem}', 'This is a defect of Interlock; please report it.', 500, 70, 'later'),
} as const satisfies Record<string, Row>;

/** The name of a failure, on the wire and in print. */
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
