/* Given to the built program with `node --import`: the machine has the name that HOST_NAME says. */
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const { HOST_NAME: name } = process.env;
if (name !== undefined) os.hostname = () => name;
syncBuiltinESMExports();
