import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import { type Option, Reference, References } from '@foyer/settings';

const MOST = 300;

export const companyReference = new Reference('companies');

/** The companies that something set up can be for. */
@Injectable()
export class CompanyChoices implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly references: References,
  ) {}

  onModuleInit(): void {
    this.references.fill(companyReference, { options: (_locale, chosen) => this.options(chosen) });
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
