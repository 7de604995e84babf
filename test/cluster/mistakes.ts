import { type Etcd, type EtcdOptions, openEtcd } from '../../system/etcd/etcd.ts';
import type { Wish } from './record.ts';

/** A client with one classic mistake, to see that the check finds it. */
export type Mistake = 'unconditional release' | 'unconditional acquire';

/** Clients of etcd that are wrong. */
export const mistakes: Record<Mistake, (options: EtcdOptions, wish: Wish) => Etcd> = {
  'unconditional release': (options, wish) => (wish === 'release' ? putting(options) : openEtcd(options)),
  'unconditional acquire': (options, wish) => (wish === 'acquire' ? putting(options) : openEtcd(options)),
};

/** Writes what it thinks right over whatever is there by now. */
function putting(options: EtcdOptions): Etcd {
  const etcd = openEtcd(options);
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
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
