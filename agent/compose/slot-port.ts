import { createHttpAgents } from '../../system/http/http-agents.ts';
import { createDownload } from '../download/download.ts';
import { otherSlot } from '../ports/host.ts';
import type { SlotPort } from '../ports/slot.ts';
import { createSlotPort, type Storage } from '../write/write.ts';
import type { Context } from './context.ts';

/** Opens the inactive slot: bytes come from the offline bundle, the mirrors and the server, in this order. */
export function openSlotPort(storage: Storage, { settings, ca, bundle }: Context): SlotPort {
  const { mirrors, server, maxRate } = settings;
  const sources = [...(bundle ? [bundle] : []), ...mirrors, ...(server ? [server] : [])];
  return {
    async write(target, running, ...more) {
      const download = createDownload({ sources, maxRate, agents: createHttpAgents(ca) });
      await createSlotPort(storage, download).write(target, running, ...more);
      // checked before the flip too, so that no host waits for a place or is drained for what cannot boot
      if (target.rootHash !== running.rootHash) {
        await storage.bootFiles.check(otherSlot(running.slot), target.rootHash);
      }
    },
  };
}
