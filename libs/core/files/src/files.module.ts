import { Global, Module } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { FileLinks } from './file-links.js';
import { FileServer } from './file-server.js';
import { FileUses } from './file-uses.js';
import { Files } from './files.js';

registerMessages('files', new URL('../locales', import.meta.url));

@Global()
@Module({ providers: [Files, FileLinks, FileServer, FileUses], exports: [Files, FileServer, FileUses] })
export class FilesModule {}
