import { EventName } from '@foyer/events';

@EventName('settings.changed')
export class SettingsChanged {
  constructor(
    readonly section: string,
    readonly keys: string[],
    readonly actorId: string | null,
  ) {}
}

@EventName('settings.template-changed')
export class TemplateChanged {
  constructor(
    readonly path: string,
    readonly verb: 'published' | 'withdrawn',
    readonly actorId: string | null,
  ) {}
}
