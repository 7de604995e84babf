import { Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { addressIn } from '../../protocol/etcd/member-urls.ts';
import type { KnownMember } from '../../protocol/etcd/signing.ts';
import { type Answer, ask, type Question } from '../../system/http/ask.ts';
import { readJson } from '../../system/http/read-json.ts';

const limit = 64 * 1024;
const timeout = { request: 20_000 };

/** etcd's own words of a key that is there already, and of a token that nobody knows. */
const failures = { exists: 412, full: 403, unknown: 404 };

const Node = Type.Object({ key: Type.String(), value: Type.String(), createdIndex: Type.Integer() });
const Folder = Type.Object({ node: Type.Object({ nodes: Type.Optional(Type.Array(Node)) }) });
const Size = Type.Object({ node: Type.Object({ value: Type.String({ pattern: '^[1-9]\\d{0,2}$' }) }) });

/** Who came to a cluster that forms: the first `size` are its members. */
export interface Meeting {
  size: number;
  members: (KnownMember & { id: string; peers: string })[];
}

/** A place where the members of a cluster meet, by etcd's v2 discovery. */
export interface Discovery {
  /** null: the token is unknown, or older than a week. */
  look(): Promise<Meeting | null>;
  /** Adds this host; one that did so before is there already, which its id proves. */
  register(id: string, name: string, peers: string): Promise<'registered' | 'full' | 'unknown'>;
}

/** Opens it; nothing is asked yet. `ca`: PEM of the authority of its server. */
export function openDiscovery(url: string, ca: string | undefined): Discovery {
  const https = ca ? { https: { certificateAuthority: ca } } : {};
  const at = (path: string, question: Partial<Question> = {}) =>
    ask(`${url.replace(/\/+$/, '')}${path}`, { limit, timeout, ...https, ...question });
  return {
    async look() {
      const size = await at('/_config/size');
      if (size.status === failures.unknown) return null;
      const members = await at('');
      const nodes = readJson(goodOf(members), Folder).node.nodes ?? [];
      return {
        size: Number(readJson(goodOf(size), Size).node.value),
        members: nodes.toSorted((a, b) => a.createdIndex - b.createdIndex).map(memberOf),
      };
    },
    async register(id, name, peers) {
      const answer = await at(`/${id}?prevExist=false`, {
        method: 'PUT',
        form: { value: `${name}=${peers}` },
      });
      if (answer.status === failures.full) return 'full';
      if (answer.status === failures.unknown) return 'unknown';
      // nobody else knows this id, so it is this host that is there
      if (answer.status !== failures.exists) goodOf(answer);
      return 'registered';
    },
  };
}

function memberOf({ key, value }: { key: string; value: string }) {
  const [first = ''] = value.split(',', 1);
  const name = first.slice(0, first.indexOf('='));
  const id = key.slice(key.lastIndexOf('/') + 1);
  return { id, name, address: addressIn(first.slice(name.length + 1)), peers: value };
}

function goodOf(answer: Answer): Answer {
  const { url, status, body } = answer;
  if (status >= 200 && status < 300) return answer;
  throw new InterlockError('answer_invalid', { url, status, problem: body.toString('utf8').slice(0, 200) });
}
