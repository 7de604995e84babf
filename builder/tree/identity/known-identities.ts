import { standardHost } from '../sandbox/simulated-host.ts';

/** How a host makes its own, with the package's own program. */
export interface FirstBoot {
  /** Programs that must be in the image, as paths in the tree. */
  needs: string[];
  /** The files it makes; it runs while one of them is missing or empty. */
  makes: string[];
  /** A shell script. */
  run: string;
  /**
   * Units that read them before `sysinit.target` is reached; those after it need no mention. None that local file systems
   * wait for, as ZFS's import: this runs after those.
   */
  before?: string[];
}

/** One thing that packages make for the one machine they are installed on. */
export interface Identity {
  /** A word, part of the name of its unit. */
  name: string;
  why: string;
  /** Globs of what is removed, as paths in the tree. */
  paths: string[];
  /** Pieces of configuration that name the machine, by file; each match is replaced. */
  rewrites?: Record<string, [pattern: RegExp, by: string][]>;
  firstBoot?: FirstBoot;
  /** Text by which such a file names one host, so that no overlay may bring it. */
  onOneHost?: RegExp;
}

const hostname = RegExp.escape(standardHost.hostname);
const named = `${hostname}(?:\\.[\\w.-]*)?`;

/**
 * Everything known that must differ from host to host. It is taken out of what packages, sources and scripts left, not
 * out of overlays. What has no `firstBoot` is made by its own service when it is missing, or needs an administrator.
 */
export const knownIdentities: Identity[] = [
  {
    name: 'machine-id',
    why: 'names the machine to the journal, to DHCP servers and to D-Bus; systemd makes it',
    paths: ['etc/machine-id', 'var/lib/dbus/machine-id'],
    onOneHost: /^[0-9a-f]{32}/,
  },
  {
    name: 'systemd',
    why: 'seeds the random numbers, or seals the credentials, of one machine; systemd makes it',
    onOneHost: /./s,
    paths: [
      'var/lib/systemd/{random-seed,credential.secret}',
      'loader/random-seed',
      'etc/credstore.encrypted/*',
    ],
  },
  {
    name: 'network-names',
    why: 'name the network cards of the machine it was installed on',
    paths: [
      'etc/udev/rules.d/70-persistent-{net,cd}.rules',
      'etc/netplan/50-cloud-init.yaml',
      'etc/hostname',
    ],
    rewrites: { 'etc/hosts': [[new RegExp(`^.*[ \\t]${named}(?:[ \\t].*)?\\n`, 'gm'), '']] },
  },
  {
    name: 'ssh',
    why: 'host keys: who has one can pose as every host',
    paths: ['etc/ssh/ssh_host_*'],
    firstBoot: {
      needs: ['usr/bin/ssh-keygen', 'usr/sbin/sshd'],
      makes: ['/etc/ssh/ssh_host_ed25519_key'],
      run: `keys=$(sed -n 's/^[[:space:]]*HostKey[[:space:]]\\{1,\\}//Ip' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null) || :
        for key in $keys; do
          [ -s "$key" ] && continue
          type=\${key##*ssh_host_}
          rm -f "$key" "$key.pub"
          ssh-keygen -q -t "\${type%_key}" -N "" -C "" -f "$key"
        done
        [ -n "$keys" ] || [ -n "$(find /etc/ssh -name 'ssh_host_*_key' -size +0)" ] || ssh-keygen -A`,
    },
  },
  {
    name: 'dropbear',
    why: 'host keys: who has one can pose as every host',
    paths: ['etc/dropbear{,/initramfs,-initramfs}/dropbear_*_host_key'],
    firstBoot: {
      needs: ['usr/bin/dropbearkey', 'usr/sbin/dropbear'],
      makes: ['/etc/dropbear/dropbear_ed25519_host_key'],
      run: 'rm -f /etc/dropbear/dropbear_ed25519_host_key; dropbearkey -t ed25519 -f /etc/dropbear/dropbear_ed25519_host_key',
    },
  },
  {
    name: 'tinyssh',
    why: 'host keys: who has one can pose as every host',
    paths: ['etc/tinyssh/sshkeydir'],
    firstBoot: {
      needs: ['usr/sbin/tinysshd-makekey'],
      makes: ['/etc/tinyssh/sshkeydir/ed25519.pk'],
      run: 'rm -rf /etc/tinyssh/sshkeydir; tinysshd-makekey /etc/tinyssh/sshkeydir',
    },
  },
  {
    name: 'nvme',
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
  {
    name: 'snakeoil',
    why: 'a TLS key: who has it can read and change what every host serves with it',
    paths: ['etc/ssl/{private/ssl-cert-snakeoil.key,certs/ssl-cert-snakeoil.pem}'],
    firstBoot: {
      // make-ssl-cert itself asks debconf, which is in no small image
      needs: ['usr/sbin/make-ssl-cert', 'usr/bin/openssl'],
      makes: ['/etc/ssl/certs/ssl-cert-snakeoil.pem', '/etc/ssl/private/ssl-cert-snakeoil.key'],
      run: `cd /etc/ssl
        name=$(cat /proc/sys/kernel/hostname)
        umask 077
        openssl req -x509 -newkey rsa:2048 -noenc -sha256 -days 3650 -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \\
        -keyout private/ssl-cert-snakeoil.key -out certs/ssl-cert-snakeoil.pem 2>/dev/null
        chmod 644 certs/ssl-cert-snakeoil.pem
        chgrp ssl-cert private/ssl-cert-snakeoil.key
        chmod 640 private/ssl-cert-snakeoil.key
        ln -sf ssl-cert-snakeoil.pem "certs/$(openssl x509 -hash -noout -in certs/ssl-cert-snakeoil.pem).0"`,
    },
  },
  {
    name: 'xrdp',
    why: 'an RDP key: who has it can pose as every host',
    paths: ['etc/xrdp/rsakeys.ini'],
    firstBoot: {
      needs: ['usr/bin/xrdp-keygen'],
      makes: ['/etc/xrdp/rsakeys.ini'],
      run: 'umask 077; xrdp-keygen xrdp auto; chown xrdp /etc/xrdp/rsakeys.ini',
    },
  },
  {
    name: 'cups',
    why: 'TLS keys, which cupsd makes',
    paths: ['etc/cups/ssl/*'],
  },
  {
    name: 'cockpit',
    why: 'TLS keys, which cockpit makes',
    paths: ['etc/cockpit/ws-certs.d/0-self-signed*'],
  },
  {
    name: 'bind9',
    why: 'a key that controls the name server',
    paths: ['etc/bind/rndc.key'],
    firstBoot: {
      needs: ['usr/sbin/rndc-confgen', 'usr/sbin/named'],
      makes: ['/etc/bind/rndc.key'],
      run: 'rndc-confgen -a -u bind; chgrp bind /etc/bind/rndc.key; chmod 640 /etc/bind/rndc.key',
    },
  },
  {
    name: 'unbound',
    why: 'keys that control the resolver',
    paths: ['etc/unbound/unbound_{server,control}.{key,pem}'],
    firstBoot: {
      needs: ['usr/sbin/unbound-control-setup', 'usr/bin/openssl'],
      makes: ['/etc/unbound/unbound_server.key', '/etc/unbound/unbound_control.key'],
      run: 'unbound-control-setup -d /etc/unbound',
    },
  },
  {
    name: 'munge',
    why: 'a key that lets its holder act as any user; hosts of one cluster get theirs from its administrator',
    paths: ['etc/munge/munge.key'],
    firstBoot: {
      needs: ['usr/sbin/mungekey'],
      makes: ['/etc/munge/munge.key'],
      run: 'rm -f /etc/munge/munge.key; mungekey --create; chown munge:munge /etc/munge/munge.key',
    },
  },
  {
    name: 'brltty',
    why: 'a key that lets its holder read the screen',
    paths: ['etc/brlapi.key'],
    firstBoot: {
      needs: ['usr/bin/mcookie', 'usr/bin/brltty'],
      makes: ['/etc/brlapi.key'],
      run: 'umask 027; mcookie > /etc/brlapi.key',
    },
  },
  {
    name: 'docker',
    why: 'names one Docker engine, which makes it',
    paths: ['etc/docker/key.json', 'var/lib/docker/engine-id'],
  },
  {
    name: 'network-manager',
    why: 'makes the stable addresses of one machine; NetworkManager makes it',
    paths: ['var/lib/NetworkManager/{secret_key,seen-bssids,timestamps,*.lease}'],
  },
  {
    name: 'dhcp',
    why: 'names the machine to DHCP servers; the client makes it',
    paths: ['etc/dhcpcd.{duid,secret}', 'var/lib/dhcpcd/*', 'var/lib/dhcp/*'],
    onOneHost: /./s,
  },
  {
    name: 'uuidd',
    why: 'the clock sequence of one machine; uuidd makes it',
    paths: ['var/lib/libuuid/clock*.txt'],
  },
  {
    name: 'libvirt',
    why: 'a network’s UUID and MAC address; libvirt makes them',
    paths: ['var/lib/libvirt/secrets/*'],
    rewrites: {
      'etc/libvirt/qemu/networks/default.xml': [[/^\s*<(?:uuid>.*<\/uuid>|mac address=.*\/>)\n/gm, '']],
    },
  },
  {
    name: 'popularity-contest',
    why: 'an id that Debian counts hosts by, and a time of day by chance',
    paths: ['etc/{popularity-contest.conf,cron.d/popularity-contest}'],
  },
  {
    name: 'salt',
    why: 'names one minion to its master; salt-minion makes it',
    paths: ['etc/salt/{minion_id,pki/*}'],
  },
  {
    name: 'puppet',
    why: 'names one node to its server; the agent makes it',
    paths: ['{etc/puppet,etc/puppetlabs/puppet,var/lib/puppet}/ssl'],
  },
  {
    name: 'cluster-keys',
    why: 'a cluster’s secret, which its administrator gives each host',
    paths: [
      'etc/corosync/authkey',
      'etc/pacemaker/authkey',
      'var/lib/*/.erlang.cookie',
      'etc/ceph/*.keyring',
    ],
  },
  {
    name: 'kerberos',
    why: 'keys of one host or of a whole realm, which an administrator gives',
    paths: ['etc/krb5.keytab', 'etc/krb5kdc/stash', 'var/lib/krb5kdc/*'],
  },
  {
    name: 'samba',
    why: 'accounts and the domain’s secret of one host; samba makes them',
    paths: ['var/lib/samba/private/*.{tdb,ldb}', 'etc/samba/*.tdb'],
  },
  {
    name: 'monit',
    why: 'names one host to its monitor; the program makes it',
    paths: ['var/lib/monit/id', 'var/lib/netdata/registry/*', 'var/lib/glusterd/glusterd.info'],
  },
  {
    name: 'tls-by-services',
    why: 'TLS keys that packages make for themselves; an administrator gives a host its own',
    paths: [
      'etc/{dovecot/private,ejabberd,stunnel,prosody/certs,ipsec.d/private}/*.{pem,key}',
      'etc/postgresql-common/root.crt.key',
    ],
  },
  {
    name: 'passwords',
    why: 'a password by chance, the same on every host; an administrator sets one',
    paths: ['etc/bacula/common_default_passwords', 'etc/firebird/SYSDBA.password', 'etc/mysql/debian.cnf'],
  },
  {
    name: 'mail-name',
    why: 'the host’s name in mail; what is not set is the host name',
    paths: ['etc/{mailname,nullmailer/me,nullmailer/defaulthost}'],
    rewrites: {
      'etc/postfix/main.cf': [
        [/^myhostname\s*=.*\n/gm, ''],
        [/^myorigin\s*=\s*\/etc\/mailname\n/gm, ''],
        [new RegExp(`\\b${named}\\s*,\\s*`, 'g'), ''],
      ],
      'etc/exim4/update-exim4.conf.conf': [[/^dc_other_hostnames=.*$/gm, "dc_other_hostnames=''"]],
      'etc/ssmtp/ssmtp.conf': [[/^hostname=.*\n/gm, '']],
    },
  },
];
