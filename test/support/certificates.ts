import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate with its key, both PEM: what a TLS server takes. */
export interface Certificate {
  key: string;
  cert: string;
}

/** Vouches for others. */
export interface Authority extends Certificate {
  name: string;
  privateKey: KeyObject;
}

interface Wish {
  /** Names and IPv4 addresses that it is good for. */
  hosts: readonly string[];
  /** The one that vouches for it; itself if absent. */
  by?: Authority;
  from?: Date;
  until?: Date;
}

const HOUR_MS = 3_600_000;
const SIGNATURE = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
let serial = 1;

/** A certificate authority that nobody knows. */
export function authority(name = 'Test CA'): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // basicConstraints: it may sign others.
  const extensions = [sequence(oid(0x55, 0x1d, 0x13), der(1, [0xff]), der(4, sequence(der(1, [0xff]))))];
  const cert = signed({ subject: name, issuer: name, publicKey, by: privateKey, extensions });
  return { name, privateKey, cert, key: pemOf(privateKey) };
}

/** A server's certificate. ECDSA on P-256, so that it is made in a millisecond. */
export function certificate({ hosts, by, from, until }: Wish): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = hosts.map((host) =>
    isIPv4(host) ? der(0x87, host.split('.').map(Number)) : der(0x82, Buffer.from(host)),
  );
  const [subject = ''] = hosts;
  const cert = signed({
    ...{ subject, issuer: by?.name ?? subject, publicKey, by: by?.privateKey ?? privateKey, from, until },
    extensions: [sequence(oid(0x55, 0x1d, 0x11), der(4, sequence(...names)))],
  });
  return { key: pemOf(privateKey), cert };
}

interface Contents {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  by: KeyObject;
  extensions: Buffer[];
  from?: Date | undefined;
  until?: Date | undefined;
}

/** X.509 version 3 (RFC 5280), as little of it as OpenSSL asks for. */
function signed({ subject, issuer, publicKey, by, extensions, from, until }: Contents): string {
  const content = sequence(
    der(0xa0, der(2, [2])),
    der(2, [serial++ % 128]),
    SIGNATURE,
    nameOf(issuer),
    sequence(
      timeOf(from ?? new Date(Date.now() - HOUR_MS)),
      timeOf(until ?? new Date(Date.now() + 24 * HOUR_MS)),
    ),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', content, by);
  const whole = sequence(content, SIGNATURE, der(3, [0], signature)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${whole.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(commonName)))));
}

function timeOf(date: Date): Buffer {
  return der(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

function oid(...bytes: number[]): Buffer {
  return der(6, bytes);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: (Buffer | number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
