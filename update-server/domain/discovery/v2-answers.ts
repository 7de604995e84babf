import { indexAt, indexOf, type Registered, type Registry } from './registry.ts';

/** A key as etcd’s v2 API shows it. */
export interface Node {
  key: string;
  value?: string;
  dir?: true;
  nodes?: Node[];
  modifiedIndex: number;
  createdIndex: number;
}

/** An error as etcd’s v2 API tells it; members print its texts. */
export interface V2Failure {
  errorCode: number;
  message: string;
  cause: string;
  index: number;
}

/** What can be wrong, with etcd’s own numbers and words. */
const failures = {
  unknown: { http: 404, errorCode: 100, message: 'Key not found' },
  exists: { http: 412, errorCode: 105, message: 'Key already exists' },
  full: { http: 403, errorCode: 103, message: 'Reached the max number of peers in the cluster' },
  value: { http: 400, errorCode: 209, message: 'Invalid field' },
  index: { http: 400, errorCode: 203, message: 'The given index in POST form is not a number' },
} as const;

/** Why a member is refused. */
export type FailureKind = keyof typeof failures;

/** The key of a token, or of something below it. */
export function keyOf(token: string, ...below: string[]): string {
  return ['/_etcd/registry', token, ...below].join('/');
}

/** The registry as a folder of its members; its settings are hidden in it, as all names with an underscore are in etcd. */
export function folderNode(token: string, registry: Registry): Node {
  const nodes = registry.members.map((member, position) => memberNode(token, member, indexAt(position)));
  return { key: keyOf(token), dir: true, ...(nodes.length > 0 ? { nodes } : {}), ...indexes(1) };
}

/** The number of members that the cluster begins with. */
export function sizeNode(token: string, { size }: Registry): Node {
  return { key: keyOf(token, '_config', 'size'), value: String(size), ...indexes(1) };
}

/** A member and when it came. */
export function memberNode(token: string, { id, value }: Registered, index: number): Node {
  return { key: keyOf(token, id), value, ...indexes(index) };
}

/** A failure with its status; `cause` is the key or the words that members print behind it. */
export function v2Failure(
  kind: FailureKind,
  cause: string,
  registry?: Registry,
): { http: number; body: V2Failure } {
  const { http, errorCode, message } = failures[kind];
  return { http, body: { errorCode, message, cause, index: registry ? indexOf(registry) : 0 } };
}

function indexes(index: number) {
  return { modifiedIndex: index, createdIndex: index };
}
