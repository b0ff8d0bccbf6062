import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('../../../', import.meta.url));

export const testPostgres = resolve(workspace, process.env.DATA_DIR ?? '.data', 'test-postgres');
export const usersOfTestPostgres = `${testPostgres}/users`;
