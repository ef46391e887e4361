/*
 * Given to the built program with `node --import`: calls of the file system fail as they do on file systems that
 * lack them. The code that comes is the one of the variable.
 *
 *   DISK_FAULTS  calls and codes: "link:EISDIR,sync:EINVAL"
 *   DISK_KILL_PICTURE  the process ends by SIGKILL before a picture's file gets its name
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { URL } from 'node:url';

const faults = new Map((process.env.DISK_FAULTS ?? '').split(',').map((fault) => fault.split(':')));

function replace(holder, call, isMeant) {
  const code = faults.get(call);
  const original = holder[call];
  holder[call] = async function (...values) {
    if (isMeant(values)) {
      const saves = call === 'rename' && /\.fal-edit-j/.test(String(values[0]));
      if (saves && process.env.DISK_KILL_PICTURE) process.kill(process.pid, 'SIGKILL');
      if (code !== undefined) throw Object.assign(new Error(`${code}: ${call}`), { code, syscall: call });
    }
    return original.apply(this, values);
  };
}

/** The ledger and the settings are not what this is about. */
const ofPictures = (values) => values.some((value) => String(value).includes('.fal-edit-'));

replace(fs, 'link', ofPictures);
replace(fs, 'rename', ofPictures);
const handle = await fs.open(new URL(import.meta.url));
replace(Object.getPrototypeOf(handle), 'sync', () => true);
await handle.close();
syncBuiltinESMExports();
