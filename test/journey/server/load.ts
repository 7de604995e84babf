import type { ChannelOptions } from '../../../builder/publish/edit-channel.ts';
import type { Client } from '../../../cli/client/client.ts';
import type { Ledger } from '../../update-server/durability/ledger.ts';
import { editChannel, makeToken, publishRelease } from '../../update-server/durability/operate.ts';

const workers = 4;

export interface LoadOptions {
  url: string;
  /** What an admin sees of it. */
  server: Client;
  channel: ChannelOptions;
  ledger: Ledger;
  /** Where releases are made. */
  dir: string;
  /** Another one each time, for versions. */
  nextNumber(): number;
}

/** Hosts and an operator who keep a server busy until it is gone. */
export interface Load {
  /** Settles with the moment; throws when somebody was refused before. */
  until<T>(moment: Promise<T>): Promise<T>;
  /** The operator has done everything once. */
  round: Promise<void>;
  /** Waits until everybody has noticed that the server is gone. */
  over(): Promise<void>;
}

/** Starts them. */
export function loadServer({ url, server, channel, ledger, dir, nextNumber }: LoadOptions): Load {
  const round = Promise.withResolvers<void>();

  async function operate(): Promise<never> {
    for (;;) {
      const number = nextNumber();
      await makeToken(ledger, server, `token ${number}`);
      await editChannel(ledger, channel, `0.${number}`);
      await publishRelease(ledger, channel, dir, `2.${number}`);
      round.resolve();
    }
  }

  const operator = operate();
  const hosts = Promise.all(Array.from({ length: workers }, () => ledger.work(url)));
  const refused = hosts.then(() => Promise.reject(new Error('all hosts were refused')));
  for (const end of [operator, refused]) end.catch(() => {});
  return {
    until: (moment) => Promise.race([moment, operator, refused]),
    round: round.promise,
    async over() {
      await Promise.allSettled([operator, hosts]);
    },
  };
}
