import { text } from '../shape/shape.ts';

/** A user or a group, as useradd(8) of Debian takes it. */
export const accountPattern = /^[a-z_][a-z0-9_-]{0,30}\$?$/;

/** The name of a user or a group. */
export const accountName = text({
  pattern: accountPattern,
  is: 'is no name of a user or group',
  instead: 'Use up to 31 lower-case letters, digits, “_” and “-”, the first a letter.',
});

/** Ids from here on are the host's own; lower ones belong to images. */
export const firstOwnId = 20_000;
const keyType =
  '(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\\.com|sk-ecdsa-sha2-nistp256@openssh\\.com|[a-z0-9-]+-cert-v01@openssh\\.com)';

/** A line of authorized_keys(5), options before it included. */
export const sshKey = text({
  pattern: new RegExp(`^(?:[^#\\n]*[\\s,])?${keyType}\\s+[A-Za-z0-9+/]+={0,2}(?:\\s[^\\n]*)?\\s*$`),
  is: 'is no SSH public key',
  instead: 'Paste the whole line of a .pub file: ssh-ed25519 AAAA… name',
});

/** A path from the root, without steps back. */
export const absolutePath = text({
  pattern: /^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0]*[^\0/]$/,
  is: 'is no absolute path',
  instead: 'Begin with / and leave out “.” and “..”, such as /etc/motd.',
});
