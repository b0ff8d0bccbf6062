import { Get } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { allScopes, Api, BASE, openApiOf, type Operation, tagOf } from '@foyer/api';
import { Settings } from '@foyer/settings';
import { Guest, MachineController, PortalController, View } from '@foyer/web';
import { currentTenant } from '@foyer/tenancy';
import { apiSettings } from '../api-settings.js';

/** The API as people read it, where the operator shows it. */
@PortalController('api/docs')
export class DocsController {
  constructor(
    private readonly api: Api,
    private readonly settings: Settings,
  ) {}

  @Get()
  @Guest()
  @View('keys/customer/docs')
  async page() {
    if (!(await this.settings.get(apiSettings)).docs) throw new NotFound();
    const groups = Map.groupBy(this.api.all(), tagOf);
    return {
      origin: currentTenant().origin,
      scopes: allScopes().map(({ name }) => name),
      groups: [...groups].map(([name, operations]) => ({ name, operations: operations.map(operationView) })),
    };
  }
}

/** The same for tools. */
@MachineController('api/openapi.json')
export class OpenApiController {
  constructor(
    private readonly api: Api,
    private readonly settings: Settings,
  ) {}

  @Get()
  async document() {
    if (!(await this.settings.get(apiSettings)).docs) throw new NotFound();
    const { name, origin } = currentTenant();
    const title = (await this.settings.get('general')).name ?? name;
    return openApiOf(this.api.all(), { title, origin, scopes: allScopes() });
  }
}

const UPLOAD = [{ name: 'file', required: true, text: 'multipart/form-data' }];

function operationView({ id, method, path, summary, description, scope, query, body, current, file }: Operation) {
  const fields = (schema: Operation['body']) =>
    Object.entries(schema?.shape ?? {}).map(([name, rule]) => ({
      name,
      required: !(rule as { safeParse(value: unknown): { success: boolean } }).safeParse(undefined).success,
      text: (rule as { description?: string }).description ?? null,
    }));
  return {
    ...{ id, summary, description: description ?? null, scope: scope.name },
    ...{ method: method.toUpperCase(), path: BASE + path, asSeen: current !== undefined },
    ...{ query: fields(query), body: file === 'taken' ? UPLOAD : fields(body) },
  };
}
