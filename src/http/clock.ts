/** The present by the clock of this process, as the service writes instants: RFC 3339 in UTC with microseconds, of which the last three digits are 0. */
export function utcNow(): string {
  return new Date().toISOString().replace("Z", "000Z");
}
