import { Global, Module } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { messages } from '@foyer/i18n';
import { Themes } from './themes.js';

const themes = {
  provide: Themes,
  inject: [CONFIG],
  useFactory: ({ env }: Config) => {
    if (env === 'production') messages.tolerateGaps();
    return new Themes({ watch: env === 'development', strict: env !== 'production' });
  },
};

@Global()
@Module({ providers: [themes], exports: [Themes] })
export class ThemingModule {}
