import type { Store } from '../../../update-server/store/interface/store.ts';
import { openSqliteStore } from '../../../update-server/store/sqlite/store.ts';
import { scratch } from '../support/start-server.ts';
import { answerLater } from './answer-later.ts';
import { type StorePlace, storeSuite } from './suite.ts';

function placeOf(wrap: (store: Store) => Store): () => Promise<StorePlace> {
  return async () => {
    const { dir, remove } = scratch();
    return { open: async () => wrap(openSqliteStore(dir)), remove: async () => remove() };
  };
}

storeSuite(
  'the SQLite store',
  placeOf((store) => store),
);
storeSuite('a store that does and answers everything later', placeOf(answerLater));
