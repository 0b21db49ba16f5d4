/** The part of a snapshot with the files of its database, as a tar archive of `xx/<sha1>`. */
export const FILES = 'filestore.tar';

/** A snapshot that was made of a zip of Odoo's own database manager, whose database is SQL. */
export const ODOO_ZIP = { format: 'odoo zip 1', database: 'database.sql', files: FILES } as const;
