import type { Identity } from './identity.ts';
import { namedHost } from './named-host.ts';

/** Keys, certificates, ids and names that services and other packages make. */
export const serviceIdentities: Identity[] = [
  {
    name: 'snakeoil',
    renewed: true,
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
    renewed: true,
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
    renewed: true,
    why: 'TLS keys, which cupsd makes',
    paths: ['etc/cups/ssl/*'],
  },
  {
    name: 'cockpit',
    renewed: true,
    why: 'TLS keys, which cockpit makes',
    paths: ['etc/cockpit/ws-certs.d/0-self-signed*'],
  },
  {
    name: 'bind9',
    renewed: true,
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
    renewed: true,
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
    renewed: true,
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
    renewed: true,
    why: 'names one Docker engine, which makes it',
    paths: ['etc/docker/key.json', 'var/lib/docker/engine-id'],
  },
  {
    name: 'network-manager',
    renewed: true,
    why: 'makes the stable addresses of one machine; NetworkManager makes it',
    paths: ['var/lib/NetworkManager/{secret_key,seen-bssids,timestamps,*.lease}'],
  },
  {
    name: 'dhcp',
    renewed: true,
    why: 'names the machine to DHCP servers; the client makes it',
    paths: ['etc/dhcpcd.{duid,secret}', 'var/lib/dhcpcd/*', 'var/lib/dhcp/*'],
    onOneHost: /./s,
  },
  {
    name: 'uuidd',
    renewed: true,
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
    renewed: true,
    why: 'names one minion to its master; salt-minion makes it',
    paths: ['etc/salt/{minion_id,pki/*}'],
  },
  {
    name: 'puppet',
    renewed: true,
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
    renewed: true,
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
        [new RegExp(`\\b${namedHost}\\s*,\\s*`, 'g'), ''],
      ],
      'etc/exim4/update-exim4.conf.conf': [[/^dc_other_hostnames=.*$/gm, "dc_other_hostnames=''"]],
      'etc/ssmtp/ssmtp.conf': [[/^hostname=.*\n/gm, '']],
    },
  },
];
