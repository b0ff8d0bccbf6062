import { Global, Module } from '@nestjs/common';
import { Themes } from './themes.js';

@Global()
@Module({ providers: [{ provide: Themes, useFactory: () => new Themes() }], exports: [Themes] })
export class ThemingModule {}
