import { ordersOfUserData, type ReadOrders } from '../../protocol/installer/orders.ts';
import { writeNetwork } from './network/write-network.ts';
import { planOf } from './plan-of.ts';
import { mayApply } from './policy/may-apply.ts';
import type { Found, Search, Stage } from './ports/found.ts';
import { noteFound } from './run-stage.ts';

/** What a stage in a live system works with. */
export interface LiveStageOptions {
  root: string;
  stage: Stage;
  search: Search;
  secureBoot: boolean;
}

/** Orders of the installer, and who gave them. */
export interface GivenOrders extends ReadOrders {
  source: string;
}

/**
 * Takes from user-data what is for the live system of a medium: addresses, and the orders of the installer. All else is for the
 * host that it installs, which reads the same user-data itself. Nothing where no source has any.
 */
export async function runLiveStage(options: LiveStageOptions): Promise<GivenOrders | undefined> {
  const { root, stage, search, secureBoot } = options;
  const { found } = search;
  if (stage === 'local') await noteFound(root, found !== null);
  if (!found) return undefined;
  if (found.network && stage === 'local') await writeNetwork(found.network, root);
  return ordersIn(found, secureBoot);
}

/** The orders in user-data, as far as their source may give any. */
export function ordersIn(found: Found, secureBoot: boolean): GivenOrders {
  const { source, trusted } = found;
  const { plan, problems, isRefused } = planOf(found);
  if (isRefused) {
    const mistakes = problems.map(({ item, problem }) => `${item}: ${problem}`);
    return { source, orders: {}, problems: mistakes };
  }
  if (!plan.install) return { source, orders: {}, problems: [] };
  if (!mayApply(plan, { secureBoot, trusted }).plan.install) {
    const problem =
      'Secure Boot is on, and anybody may have written these user-data: give the orders to `interlock installer --keys`, or type them here';
    return { source, orders: {}, problems: [problem] };
  }
  return { source, ...ordersOfUserData(plan.install.orders) };
}
