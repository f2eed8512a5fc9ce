/** What the database code needs of a logger; a pino logger fits. */
export type DatabaseLog = {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
};
