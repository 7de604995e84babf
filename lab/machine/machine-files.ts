/** Files of a machine, in its own folder, which QEMU runs in. */
export const machineFiles = {
  disk: 'disk.qcow2',
  variables: 'vars.fd',
  console: 'console.sock',
  consoleLog: 'console.log',
  monitor: 'monitor.sock',
  shell: 'shell.sock',
  record: 'qemu.pid',
  log: 'qemu.log',
} as const;
