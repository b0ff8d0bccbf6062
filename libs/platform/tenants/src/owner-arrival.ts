import { Injectable } from '@nestjs/common';

/** Runs inside the new tenant. Returns the address at which its owner enters, good for one use. */
export type WelcomeOwner = (owner: { email: string; locale: string }) => Promise<string>;

/** Slot: how the owner of a new tenant gets in. The module that keeps people fills it. */
@Injectable()
export class OwnerArrival {
  private welcomeOwner: WelcomeOwner | undefined;

  fill(welcome: WelcomeOwner): void {
    this.welcomeOwner = welcome;
  }

  welcome: WelcomeOwner = (owner) => {
    if (!this.welcomeOwner) throw new Error('Nobody welcomes owners: the identity module is missing');
    return this.welcomeOwner(owner);
  };
}
