import type { HostDetail } from '../../../protocol/api/operator.ts';
import { Section } from '../../components/page.tsx';
import { Signal } from '../../components/signal.tsx';
import { releasePath } from '../../router/routes.ts';
import { type Slot, slotsOf } from './slots-of.ts';

/** The two slots of a host, side by side. */
export function Slots({ of: host }: { of: HostDetail }) {
  const { running, other } = slotsOf(host);
  return (
    <Section title="Slots">
      <div class="slots">
        <SlotBox name="Running slot" slot={running} host={host} />
        <SlotBox name="Inactive slot" slot={other} host={host} />
      </div>
    </Section>
  );
}

function SlotBox({ name, slot, host }: { name: string; slot: Slot; host: HostDetail }) {
  const { version, says, tone } = slot;
  return (
    <div class="slot">
      <h3>{name}</h3>
      <p class="slot-version">
        {version ? <a href={releasePath(host.name, version, host.arch)}>{version}</a> : '–'}
      </p>
      <p class="slot-says">
        <Signal tone={tone} /> {says}
      </p>
    </div>
  );
}
