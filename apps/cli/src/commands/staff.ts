import type { Config } from '@foyer/config';
import { Staff, STAFF_ROLES, type StaffRole } from '@foyer/staff';
import { InvalidField } from '@foyer/access';
import { Obstacle } from '../../progress.mjs';
import { withApplication } from './context.js';
import { print } from './output.js';

export async function createStaff(config: Config, email: string, name: string, role: string): Promise<void> {
  if (!STAFF_ROLES.includes(role as StaffRole))
    throw new Obstacle(`The role must be one of ${STAFF_ROLES.join(', ')}.`);
  await withApplication(config, async (app) => {
    try {
      const password = await app.get(Staff).create({ email, name, role: role as StaffRole });
      print(`Staff account created: ${email}  ${password}\nThe password is not shown again.`);
    } catch (error) {
      throw error instanceof InvalidField ? new Obstacle(`There is already an account for ${email}.`) : error;
    }
  });
}
