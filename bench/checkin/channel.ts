import type { Channel } from '../../protocol/documents/channel.ts';

/** A channel document whose head is `version`. */
export function channel(version: string): Channel {
  return {
    format: 1,
    name: 'core',
    channel: 'stable',
    serial: 1,
    head: { version, releases: { 'x86-64': 'c'.repeat(64) } },
    floors: [],
    minimum: null,
    blocked: [],
    withdrawn: [],
  };
}
