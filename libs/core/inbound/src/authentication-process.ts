import 'mailauth'; // before the first mail, whose time is short
import { serve } from '@foyer/confined';
import { type Arrival, authenticated, type Authentication } from './authentication.js';

export interface AuthenticationJob {
  raw: Uint8Array;
  arrival: Arrival;
}

serve(({ raw, arrival }: AuthenticationJob): Promise<Authentication> => authenticated(Buffer.from(raw), arrival));
