import { type Etcd, type EtcdOptions, openEtcd } from '../../system/etcd.ts';
import type { Wish } from './record.ts';

/** A client with one classic mistake, to see that the check finds it. */
export type Mistake = 'unconditional release' | 'unknown is yes';

/** Clients of etcd that are wrong. */
export const mistakes: Record<Mistake, (options: EtcdOptions, wish: Wish) => Etcd> = {
  'unconditional release': (options, wish) => {
    const etcd = openEtcd(options);
    if (wish !== 'release') return etcd;
    return {
      ...etcd,
      async swap(key, _expected, text) {
        const put = { key: encode(key), value: encode(text) };
        const { header } = (await etcd.call('kv/put', put)) as {
          header: { cluster_id: string; revision: string };
        };
        return { clusterId: BigInt(header.cluster_id).toString(16), revision: header.revision, won: true };
      },
    };
  },
  'unknown is yes': (options, wish) => {
    const etcd = openEtcd(options);
    if (wish !== 'acquire') return etcd;
    return {
      ...etcd,
      async swap(key, expected, text) {
        const { clusterId } = await etcd.read(key);
        try {
          return await etcd.swap(key, expected, text);
        } catch {
          return { clusterId, revision: expected?.revision ?? '0', won: true };
        }
      },
    };
  },
};

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
