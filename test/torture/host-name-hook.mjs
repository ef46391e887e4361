/* Given to the built program with `node --import`: the machine has the name that HOST_NAME says; an empty one it does not tell. */
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const { HOST_NAME: name } = process.env;
if (name !== undefined) {
  os.hostname = () => {
    if (name !== '') return name;
    throw Object.assign(new Error('A system error occurred: uv_os_gethostname returned EPERM'), {
      code: 'ERR_SYSTEM_ERROR',
    });
  };
}
syncBuiltinESMExports();
