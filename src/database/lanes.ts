import pg from "pg";

/** What takes single statements, each a transaction of its own. */
export interface Lanes {
  query<Row extends pg.QueryResultRow>(
    statement: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
}

/** A connection on loan while statements are under way on it. */
interface Lane {
  readonly client: Promise<pg.PoolClient>;
  underWay: number;
}

/**
 * Sends the statements of many requests over the few connections of a pool of its own, one behind the other without
 * waiting for answers between (the pool's clients are set to `pipeline`): under load each process of the database then
 * always has its next statement at hand, and need not be woken for it, which costs more than a short statement itself.
 * One that waits holds up those behind it, so only short ones belong here, and nothing that is more than one statement.
 */
export function openLanes(pool: pg.Pool): Lanes {
  const lanes: Lane[] = [];
  const leave = (lane: Lane) => {
    const place = lanes.indexOf(lane);
    if (place >= 0) lanes.splice(place, 1);
  };
  const take = () => {
    const [shortest] = lanes.toSorted((a, b) => a.underWay - b.underWay);
    if (shortest !== undefined && lanes.length >= pool.options.max) return shortest;
    const fresh = { client: pool.connect(), underWay: 0 };
    lanes.push(fresh);
    return fresh;
  };
  return {
    async query<Row extends pg.QueryResultRow>(statement: string | pg.QueryConfig, values?: unknown[]) {
      const lane = take();
      lane.underWay += 1;
      let client: pg.PoolClient | undefined;
      try {
        client = await lane.client;
        return await client.query<Row>(statement, values);
      } catch (error) {
        // Others under way on it hear the same; those to come take another.
        if (!isOwnFault(error)) leave(lane);
        throw error;
      } finally {
        lane.underWay -= 1;
        if (lane.underWay === 0) {
          leave(lane);
          client?.release();
        }
      }
    },
  };
}

/** Whether an error is of the statement alone, not of its connection. */
function isOwnFault(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === "ERROR";
}
