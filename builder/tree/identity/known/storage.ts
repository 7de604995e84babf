import type { Identity } from './identity.ts';

/** Names and maps of disks, and of hosts towards storage. */
export const storageIdentities: Identity[] = [
  {
    name: 'nvme',
    renewed: true,
    why: 'names a host to storage targets, and two hosts with one name write to one volume',
    onOneHost: /[0-9a-f]{8}-[0-9a-f]{4}-/i,
    paths: ['etc/nvme/{hostid,hostnqn}'],
    firstBoot: {
      needs: ['usr/sbin/nvme'],
      makes: ['/etc/nvme/hostnqn', '/etc/nvme/hostid'],
      run: `[ -s /etc/nvme/hostnqn ] || nvme gen-hostnqn > /etc/nvme/hostnqn
        [ -s /etc/nvme/hostid ] || sed 's/.*uuid://' /etc/nvme/hostnqn > /etc/nvme/hostid`,
    },
  },
  {
    name: 'iscsi',
    renewed: true,
    why: 'names a host to storage targets, and two hosts with one name write to one volume',
    // GenerateName=yes is right for every host
    onOneHost: /^InitiatorName=/m,
    paths: ['etc/iscsi/initiatorname.iscsi'],
    firstBoot: {
      needs: ['usr/sbin/iscsi-iname'],
      makes: ['/etc/iscsi/initiatorname.iscsi'],
      run: `umask 077
        name=$(iscsi-iname -p iqn.1993-08.org.debian:01)
        echo "InitiatorName=$name" > /etc/iscsi/initiatorname.iscsi`,
      before: ['iscsid.service', 'iscsid.socket', 'open-iscsi.service'],
    },
  },
  {
    name: 'multipath',
    why: 'names the disks of the machine it was installed on',
    paths: ['etc/multipath/{bindings,wwids,prkeys}'],
  },
  {
    name: 'mdadm',
    why: 'lists the disk arrays of the machine it was installed on',
    paths: ['etc/mdadm/mdadm.conf'],
    firstBoot: {
      needs: ['usr/share/mdadm/mkconf', 'usr/sbin/mdadm'],
      makes: ['/etc/mdadm/mdadm.conf'],
      // without the kernel's module it writes a file without arrays, and ends with 1
      run: `rm -f /etc/mdadm/mdadm.conf
        modprobe --quiet md-mod || :
        /usr/share/mdadm/mkconf generate /etc/mdadm/mdadm.conf || [ -s /etc/mdadm/mdadm.conf ]`,
    },
  },
  {
    name: 'lvm',
    why: 'lists the volumes of the machine it was installed on',
    paths: ['etc/lvm/{archive,backup,cache,devices}/*'],
  },
  {
    name: 'zfs',
    renewed: true,
    why: 'tells which host has imported a pool: with one id two hosts import it at once',
    paths: ['etc/{hostid,zfs/zpool.cache}'],
    onOneHost: /./s,
    firstBoot: {
      needs: ['usr/sbin/zgenhostid'],
      makes: ['/etc/hostid'],
      run: 'rm -f /etc/hostid; zgenhostid',
    },
  },
  {
    name: 'grub',
    why: 'names the disks of the machine it was installed on',
    paths: ['boot/grub/{device.map,grubenv}'],
  },
];
