import { standardHost } from '../../sandbox/simulated-host.ts';

/** Pattern of the simulated host's name in files, with a domain behind it or without. */
export const namedHost = `${RegExp.escape(standardHost.hostname)}(?:\\.[\\w.-]*)?`;
