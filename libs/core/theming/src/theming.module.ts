import { Global, Module } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { messages } from '@foyer/i18n';
import { Themes } from './themes.js';

const themes = {
  provide: Themes,
  inject: [CONFIG],
  useFactory: ({ env, watchFiles }: Config) => {
    if (env === 'production') messages.tolerateGaps();
    return new Themes({ watch: watchFiles, strict: watchFiles || env === 'test' });
  },
};

@Global()
@Module({ providers: [themes], exports: [Themes] })
export class ThemingModule {}
