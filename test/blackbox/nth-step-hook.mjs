/*
 * Given to the built program with `node --import`: ends it at one chosen step of an edit's life.
 *
 * A step is what leaves a mark outside of the process: a statement of the ledger, a call that changes a file, a
 * write to a socket, a piece that comes from one. What is wrapped are the doors to the system, none of our modules,
 * so that the program under test is the one that users get.
 *
 *   NTH_STEP       the step's name; unless given, nothing happens but the noting
 *   NTH_STEP_HOW   "kill": SIGKILL at that step; "fail": it fails as it would on a full disk, a broken line;
 *                  "full": as "fail", and from there on everything that needs room fails as well;
 *                  "broken": as "full", and nothing can be read or taken away any more either
 *   NTH_STEP_NOTE  a file that takes the names of the steps as they come
 */
import fsSync from 'node:fs';
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { URL } from 'node:url';

const { NTH_STEP: chosen, NTH_STEP_HOW: how, NTH_STEP_NOTE: note } = process.env;

/** By way of what is not wrapped. */
const { openSync, writeSync, closeSync } = fsSync;
function appendTo(file, text) {
  const descriptor = openSync(file, 'a');
  writeSync(descriptor, text);
  closeSync(descriptor);
}

/** How often each name was met. */
const counts = new Map();
let struck = false;

function countOf(what) {
  const count = (counts.get(what) ?? 0) + 1;
  counts.set(what, count);
  return count;
}

/**
 * Notes a step; ends the process where it is the chosen one and that was asked for.
 *
 * @param {string} what kind, and what it is done to
 * @returns {boolean} whether the step is to fail
 */
function isDue(what, count = countOf(what)) {
  const name = `${what} #${count}`;
  const isChosen = name === chosen;
  // Each at once, since the next step may be the last.
  appendTo(note, `${isChosen ? '* ' : ''}${name}\n`);
  if (isChosen && how === 'kill') process.kill(process.pid, 'SIGKILL');
  struck ||= isChosen;
  if (isChosen || !struck || what.startsWith('socket')) return isChosen;
  // What is read or taken away needs no room.
  return how === 'broken' || (how === 'full' && !/^(ledger read|file rm)/.test(what));
}

/* The ledger: SQLite says 13 for a full disk and 10 for one that cannot be read. */

function sqliteError(code) {
  const message = code === 13 ? 'database or disk is full' : 'disk I/O error';
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode: code, errstr: message });
}

/** The statement in short; a step of a job's life by the state that it leads to. */
function statementName(sql, values) {
  const line = sql.replace(/\s+/g, ' ').trim();
  if (line.startsWith('UPDATE jobs SET state')) return `job is ${values[0]}`;
  return /^(\w+( INTO| TABLE| FROM)? ?\w*)/.exec(line)?.[0].trim() ?? line;
}

function wrapped(kind, original, sqlOf) {
  return function (...values) {
    const name = statementName(sqlOf(values), values);
    if (isDue(`${kind}: ${name}, before`)) throw sqliteError(kind === 'ledger read' ? 10 : 13);
    const result = original.apply(this, values);
    // A read leaves no mark, and a transaction that could not begin is none.
    if (kind === 'ledger read' || name.startsWith('BEGIN')) return result;
    if (isDue(`${kind}: ${name}, after`)) throw sqliteError(10);
    return result;
  };
}

function wrapDatabase(DatabaseSync) {
  // Its methods are read-only; what its instances inherit from is not.
  const { exec, prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype = Object.create(DatabaseSync.prototype, {
    exec: { value: wrapped('ledger write', exec, ([sql]) => sql) },
    prepare: {
      value: function (sql) {
        const statement = prepare.call(this, sql);
        for (const [method, kind] of Object.entries({ run: 'write', get: 'read', all: 'read' })) {
          const value = wrapped(`ledger ${kind}`, statement[method], () => sql);
          Object.defineProperty(statement, method, { value });
        }
        return statement;
      },
    },
  });
}

// The package has one for `import` and one for `require`.
wrapDatabase((await import('@photostructure/sqlite')).DatabaseSync);
wrapDatabase(createRequire(import.meta.url)('@photostructure/sqlite').DatabaseSync);

/* Files. */

function systemError(code, call) {
  return Object.assign(new Error(`${code}: made to fail, ${call}`), { code, syscall: call });
}

/** What it is done to, without what is different in every run. */
function fileName(file) {
  const name = path.relative(process.cwd(), String(file)) || '.';
  return name.replace(/(\.fal-edit-)?(j\w{11}-\d-)?[\da-f]{8}-[\da-f-]{27}/, '*');
}

/** @param {(result: unknown) => unknown} [undo] what to do with a result that nobody gets */
function wrapCall(holder, call, nameOf, undo) {
  const original = holder[call];
  holder[call] = async function (...values) {
    const name = `file ${call}: ${nameOf(this, values)}`;
    if (isDue(`${name}, before`)) throw systemError('ENOSPC', call);
    const result = await original.apply(this, values);
    if (!isDue(`${name}, after`)) return result;
    await undo?.(result);
    throw systemError('EIO', call);
  };
}

function wrapSyncCall(call, undo) {
  const original = fsSync[call];
  fsSync[call] = (...values) => {
    const name = `file ${call}: ${fileName(values[0])}`;
    if (isDue(`${name}, before`)) throw systemError('ENOSPC', call);
    const result = original(...values);
    if (!isDue(`${name}, after`)) return result;
    undo?.(result);
    throw systemError('EIO', call);
  };
}

wrapSyncCall('openSync', closeSync);
for (const call of ['mkdirSync', 'renameSync', 'rmSync', 'chmodSync']) wrapSyncCall(call);

const opened = new WeakMap();
const openFile = fs.open;
fs.open = async (file, ...rest) => {
  const handle = await openFile(file, ...rest);
  opened.set(handle, fileName(file));
  return handle;
};
wrapCall(
  fs,
  'open',
  (_, [file]) => fileName(file),
  (handle) => handle.close(),
);
for (const call of ['mkdir', 'rename', 'rm', 'rmdir', 'writeFile'])
  wrapCall(fs, call, (_, [file]) => fileName(file));
wrapCall(fs, 'link', (_, [, to]) => fileName(to));

const someHandle = await openFile(new URL(import.meta.url));
const FileHandle = Object.getPrototypeOf(someHandle);
await someHandle.close();
const writeWhole = FileHandle.writeFile;
FileHandle.writeFile = async function (bytes) {
  const half = `file write: ${opened.get(this)}, half of it`;
  // Counted before it waits: two files may be written at once. The first half is on the disk when the process ends.
  const count = countOf(half);
  if (chosen === `${half} #${count}`) await writeWhole.call(this, bytes.subarray(0, bytes.byteLength >> 1));
  if (isDue(half, count)) throw systemError('ENOSPC', 'write');
  return writeWhole.call(this, bytes);
};
wrapCall(FileHandle, 'sync', (handle) => opened.get(handle));

/* Sockets: those that this process has connected; its own streams may be sockets as well. */

/** By socket, what its last request asked for. */
const asked = new WeakMap();

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...values) {
  asked.set(this, '');
  return connect.apply(this, values);
};

/** The request whose head is in these bytes, without ids; the former one where there is no head. */
function requestName(socket, text) {
  const [, method, url] = /^([A-Z]+) (\S+) HTTP/.exec(text) ?? [];
  if (method === undefined) return asked.get(socket);
  const target = new URL(/^x-fal-target-url: (\S+)/im.exec(text)?.[1] ?? url, 'http://sandbox');
  const name = `${method} ${target.hostname}${target.pathname.replace(/[\da-f-]{16,}/g, '…')}`;
  asked.set(socket, name);
  return name;
}

function resetError(call) {
  return Object.assign(new Error(`${call} ECONNRESET`), { code: 'ECONNRESET', syscall: call });
}

function wrapWrite(method, textOf) {
  const original = net.Socket.prototype[method];
  net.Socket.prototype[method] = function (...values) {
    if (!asked.has(this)) return original.apply(this, values);
    const done = values.pop();
    const name = requestName(this, textOf(values));
    const broken = () => {
      const error = resetError('write');
      this.destroy(error);
      done(error);
    };
    if (isDue(`socket write: ${name}, before`)) return broken();
    return original.call(this, ...values, (error) => {
      if (error === undefined || error === null) {
        if (isDue(`socket write: ${name}, after`)) return broken();
      }
      return done(error);
    });
  };
}

wrapWrite('_write', ([chunk]) => chunk.toString('latin1'));
wrapWrite('_writev', ([chunks]) => chunks.map(({ chunk }) => chunk.toString('latin1')).join(''));

const push = net.Socket.prototype.push;
net.Socket.prototype.push = function (piece, ...rest) {
  if (piece === null || !asked.has(this)) return push.call(this, piece, ...rest);
  if (!isDue(`socket piece: ${asked.get(this)}`)) return push.call(this, piece, ...rest);
  this.destroy(resetError('read'));
  return false;
};
