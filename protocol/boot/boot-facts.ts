import { runFolder } from './host-layout.ts';

/** What the initrd learnt about this boot: lines `key=value`. */
export const bootFactsFile = `${runFolder}/boot`;

/** Exists while this boot is counted and nobody has confirmed it; units ask for it instead of a loader's variables. */
export const trialFile = `${runFolder}/trial`;

/** What started the kernel; `none`: something that knows nothing of slots, as a medium or a machine's direct kernel. */
export type LoaderName = 'systemd-boot' | 'grub' | 'none';

/** The facts of `bootFactsFile`. */
export interface BootFacts {
  loader: LoaderName;
  /** Unique GUID of the EFI system partition that the loader came from, in lower case. */
  esp?: string;
  /** The generation that the loader started. */
  generation?: number;
  /** Whether the firmware checks signatures. */
  secureBoot: boolean;
}

/** Reads the facts; nothing when no initrd of this kind wrote them. Keys of later releases are ignored. */
export function parseBootFacts(text: string): BootFacts | undefined {
  const lines = text.split('\n').map((line) => /^([a-z_]+)=(.*)$/.exec(line));
  const values = new Map(lines.flatMap((match) => (match ? [[match[1]!, match[2]!] as const] : [])));
  const loader = (['systemd-boot', 'grub', 'none'] as const).find((name) => name === values.get('loader'));
  if (!loader) return undefined;
  const esp = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(values.get('esp') ?? '')?.[0];
  const generation = /^\d{1,15}$/.exec(values.get('generation') ?? '')?.[0];
  return {
    loader,
    ...(esp !== undefined && { esp }),
    ...(generation !== undefined && { generation: Number(generation) }),
    secureBoot: values.get('secure_boot') === 'on',
  };
}
