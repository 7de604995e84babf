import type { About } from './about.ts';

/** The disk of an appliance, as its descriptor names it. */
export interface OvfDisk {
  file: string;
  /** Bytes of that file, of the disk, and of it what is not zeros. */
  fileSize: number;
  capacity: number;
  populated: number;
}

const schemas = {
  envelope: 'http://schemas.dmtf.org/ovf/envelope/1',
  rasd: 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData',
  vssd: 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData',
  vmware: 'http://www.vmware.com/schema/ovf',
};
const streamOptimized = 'http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized';
const memory = 2048;

/** The kinds of device (CIM_ResourceAllocationSettingData.ResourceType). */
const types = { processor: 3, memory: 4, ethernet: 10, disk: 17, otherStorage: 20 };

/** A machine that an appliance asks for. */
export interface Machine {
  /** The family of machines. */
  system: string;
  /** A controller for SATA disks, and a network card, by their names there. */
  controller: string;
  card: string;
}

/** One that VMware makes, with EFI, and that VirtualBox takes too: it knows the controller, and gives its usual card. */
export const vmwareMachine: Machine = { system: 'vmx-13', controller: 'vmware.sata.ahci', card: 'VmxNet3' };
/** One that VirtualBox makes; EFI it is told by command alone. */
export const virtualboxMachine: Machine = { system: 'virtualbox-2.2', controller: 'AHCI', card: 'VirtioNet' };

/**
 * The descriptor of an appliance (DMTF DSP0243, OVF 1.1): one processor, memory, controller, disk, network card. The
 * elements of an item are in the order that the schema of CIM demands: by name.
 */
export function ovf({ name, version }: About, disk: OvfDisk, machine: Machine): string {
  const items = [
    item({
      AllocationUnits: 'hertz * 10^6',
      ElementName: '1 virtual CPU',
      InstanceID: 1,
      ResourceType: types.processor,
      VirtualQuantity: 1,
    }),
    item({
      AllocationUnits: 'byte * 2^20',
      ElementName: `${memory} MB of memory`,
      InstanceID: 2,
      ResourceType: types.memory,
      VirtualQuantity: memory,
    }),
    item({
      Address: 0,
      ElementName: 'disk controller',
      InstanceID: 3,
      ResourceSubType: machine.controller,
      ResourceType: types.otherStorage,
    }),
    item({
      AddressOnParent: 0,
      ElementName: 'disk',
      HostResource: 'ovf:/disk/disk1',
      InstanceID: 4,
      Parent: 3,
      ResourceType: types.disk,
    }),
    item({
      AutomaticAllocation: true,
      Connection: 'network',
      ElementName: 'network card',
      InstanceID: 5,
      ResourceSubType: machine.card,
      ResourceType: types.ethernet,
    }),
  ];
  const id = text(name);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<Envelope xmlns="${schemas.envelope}" xmlns:ovf="${schemas.envelope}" xmlns:rasd="${schemas.rasd}" xmlns:vssd="${schemas.vssd}" xmlns:vmw="${schemas.vmware}">`,
    '  <References>',
    `    <File ovf:id="file1" ovf:href="${text(disk.file)}" ovf:size="${disk.fileSize}"/>`,
    '  </References>',
    '  <DiskSection>',
    '    <Info>The disk of the machine</Info>',
    `    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="${disk.capacity}" ovf:capacityAllocationUnits="byte" ovf:format="${streamOptimized}" ovf:populatedSize="${disk.populated}"/>`,
    '  </DiskSection>',
    '  <NetworkSection>',
    '    <Info>The networks that the machine is on</Info>',
    '    <Network ovf:name="network">',
    '      <Description>The network that the host reaches its server by</Description>',
    '    </Network>',
    '  </NetworkSection>',
    `  <VirtualSystem ovf:id="${id}">`,
    '    <Info>An Interlock host</Info>',
    `    <Name>${id}</Name>`,
    '    <ProductSection>',
    '      <Info>What is on the disk</Info>',
    `      <Product>${id}</Product>`,
    `      <Version>${text(version)}</Version>`,
    '    </ProductSection>',
    '    <OperatingSystemSection ovf:id="96" vmw:osType="debian10_64Guest">',
    '      <Info>The operating system</Info>',
    '      <Description>Debian_64</Description>',
    '    </OperatingSystemSection>',
    '    <VirtualHardwareSection>',
    '      <Info>What the machine needs</Info>',
    '      <System>',
    '        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>',
    '        <vssd:InstanceID>0</vssd:InstanceID>',
    `        <vssd:VirtualSystemIdentifier>${id}</vssd:VirtualSystemIdentifier>`,
    `        <vssd:VirtualSystemType>${machine.system}</vssd:VirtualSystemType>`,
    '      </System>',
    ...items.flat(),
    '      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>',
    '    </VirtualHardwareSection>',
    '  </VirtualSystem>',
    '</Envelope>',
  ];
  return `${lines.join('\n')}\n`;
}

function item(elements: Record<string, string | number | boolean>): string[] {
  const inner = Object.entries(elements).map(
    ([name, value]) => `        <rasd:${name}>${text(String(value))}</rasd:${name}>`,
  );
  return ['      <Item>', ...inner, '      </Item>'];
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
