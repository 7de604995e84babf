import { Option } from 'commander';

/** The choice that `build` and `delta` have alike. */
export function payloadFormatOption(): Option {
  const about = 'format of payloads: 3 is for hosts whose agents know no other (docs/payload.md)';
  return new Option('--payload-format <number>', about).choices(['3', '4']);
}
