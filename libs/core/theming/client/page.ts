import { conditional } from './conditional.js';
import { counters } from './counters.js';
import { dialogs } from './dialogs.js';
import { drafts } from './drafts.js';
import { files } from './files.js';
import { forms } from './forms.js';
import { lists } from './lists.js';
import { menus } from './menus.js';
import { preview } from './preview.js';
import { printing } from './printing.js';
import { shortcuts } from './shortcuts.js';
import { suggestions } from './suggestions.js';

// Every page works without this; here is what makes it a little kinder.
menus();
lists();
dialogs();
forms();
counters();
files();
shortcuts();
conditional();
drafts();
suggestions();
preview();
printing();
