import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ovf, virtualboxMachine, vmwareMachine } from '../../../builder/disk/formats/ovf.ts';

const about = { name: 'a&b<c', version: '1.0~"x"', arch: 'x86-64', time: 0 } as const;
const disk = { file: 'x-disk1.vmdk', fileSize: 1234, capacity: 5 * 2 ** 30, populated: 4096 };
const machines = { vmware: vmwareMachine, virtualbox: virtualboxMachine };

/** A value out of the descriptor; names without their namespaces. */
function query(text: string, path: string): string {
  const xpath = path.replace(/\/(@?)(\w+)\b(?!\()/g, (_, at, name) => `/${at}*[local-name()="${name}"]`);
  return execFileSync('xmllint', ['--xpath', xpath, '-'], { input: text }).toString().trim();
}
const value = (text: string, path: string) => query(text, path).replace(/^\s*[\w:]+="(.*)"$/, '$1');

test.each(Object.entries(machines))('the descriptor for %s has what importers look for', (name, machine) => {
  const text = ovf(about, disk, machine);
  execFileSync('xmllint', ['--noout', '--nonet', '-'], { input: text });
  // a disk is found over its id, its file, and the controller that it hangs on
  expect(value(text, '/Envelope/References/File/@id')).toBe(
    value(text, '/Envelope/DiskSection/Disk/@fileRef'),
  );
  expect(value(text, '/Envelope/References/File/@href')).toBe('x-disk1.vmdk');
  expect(value(text, '/Envelope/References/File/@size')).toBe('1234');
  expect(value(text, '/Envelope/DiskSection/Disk/@capacity')).toBe(String(disk.capacity));
  expect(value(text, '/Envelope/DiskSection/Disk/@format')).toMatch(/vmdk\.html#streamOptimized$/);
  expect(text).toContain(`ovf:/disk/${value(text, '/Envelope/DiskSection/Disk/@diskId')}`);
  expect(value(text, '/Envelope/VirtualSystem/Name/text()')).toBe('a&amp;b&lt;c');

  const items = [...text.matchAll(/<Item>([\s\S]*?)<\/Item>/g)].map(([, inner = '']) =>
    [...inner.matchAll(/<rasd:(\w+)>(.*)<\/rasd:\w+>/g)].map(([, key = '', content = '']) => [key, content]),
  );
  const byType = new Map(
    items.map((each) => [Object.fromEntries(each).ResourceType, Object.fromEntries(each)]),
  );
  expect([...byType.keys()]).toEqual(['3', '4', '20', '17', '10']);
  const ids = items.map((each) => Object.fromEntries(each).InstanceID);
  expect(new Set(ids).size).toBe(ids.length);
  expect(byType.get('17')?.Parent).toBe(byType.get('20')?.InstanceID);
  expect(byType.get('10')?.Connection).toBe(value(text, '/Envelope/NetworkSection/Network/@name'));
  // units that VirtualBox reads; sizes without them are refused
  expect(byType.get('4')?.AllocationUnits).toBe('byte * 2^20');
  // the schema of CIM wants the elements of an item in the order of their names
  for (const each of items) {
    const names = each.map(([key]) => key);
    expect(names).toEqual(names.toSorted());
  }
  // names that VirtualBox maps to AHCI and to virtio-net
  expect(['AHCI', 'vmware.sata.ahci']).toContain(byType.get('20')?.ResourceSubType);
  if (name === 'virtualbox') expect(byType.get('10')?.ResourceSubType).toBe('VirtioNet');
  expect(value(text, '/Envelope/VirtualSystem/VirtualHardwareSection/Config/@value')).toBe('efi');
});
