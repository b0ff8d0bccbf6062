import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import { declareReference, type Option } from '@foyer/settings';
import { Slots } from '@foyer/slots';

const MOST = 300;

export const companyReference = declareReference('companies');

/** The companies that something set up can be for. */
@Injectable()
export class CompanyChoices implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.slots.fill(companyReference, 10, (_locale, chosen) => this.options(chosen));
  }

  /** The chosen ones first, so that they are there however many there are. */
  private options(chosen: readonly string[]): Promise<Option[]> {
    return this.database.read((em) =>
      rows<Option>(
        em,
        sql`select c.id as value, c.name as label from ${table('company')} c
             order by c.id::text = any(${chosen}::text[]) desc, c.name ${ALPHABETICAL} limit ${MOST}`,
      ),
    );
  }
}
