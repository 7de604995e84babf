import { Option } from 'commander';

/** The choice that `build` and `delta` have alike. */
export function payloadFormatOption(): Option {
  const about = 'payload format; 3 is for agents that cannot read 4 (docs/reference/payload.md)';
  return new Option('--payload-format <number>', about).choices(['3', '4']);
}
