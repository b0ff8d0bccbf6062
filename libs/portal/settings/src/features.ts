import { Injectable } from '@nestjs/common';
import { Settings } from './settings.js';

/** A section of the portal that the operator can switch off. Its module declares it. */
export interface Feature {
  name: string;
  /** Message keys. */
  label: string;
  description: string;
  icon: string;
  order: number;
  /** On for tenants that have not chosen. */
  byDefault: boolean;
}

/** Which sections there are, and which of them are on. */
@Injectable()
export class Features {
  private readonly declared = new Map<string, Feature>();

  constructor(private readonly settings: Settings) {}

  declare(feature: Feature): void {
    if (this.declared.has(feature.name)) throw new Error(`Two features are called ${feature.name}`);
    this.declared.set(feature.name, feature);
  }

  all(): Feature[] {
    return [...this.declared.values()].sort((a, b) => a.order - b.order);
  }

  async enabled(name: string): Promise<boolean> {
    return this.isOn(name, await this.settings.get('features'));
  }

  /** The same from choices already at hand. What nobody declared cannot be switched and is always on. */
  isOn(name: string, chosen: Readonly<Record<string, boolean>>): boolean {
    const feature = this.declared.get(name);
    return !feature || (chosen[name] ?? feature.byDefault);
  }
}
