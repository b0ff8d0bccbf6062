export { cleanFileName, contentDisposition } from './file-name.js';
export { FileServer } from './file-server.js';
export { FileUses } from './file-uses.js';
export { checksum, type CheckedFile, Files, type Incoming, MAX_PIXELS, type StoreOptions } from './files.js';
export { FilesModule } from './files.module.js';
export { type Allowed, extensionsOf, isShownAsPicture } from './kinds.js';
export { drawnPicture } from './pictures.js';
export { StoredFile } from './stored-file.entity.js';
export { Unacceptable } from './unacceptable.js';
