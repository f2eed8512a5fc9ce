// The one arrow of ARCHITECTURE.md, as rules: main, cli → commands, service → app → routes → the rooms → record → http, database.
// The TypeScript compiler has no interface for other programs, so swc reads the sources; it counts imports of types as
// imports, so the rules hold for types too.

const rooms = "^src/(record-types|ledger|access|analysis|exchange|backup|pages)/";
const top = "^src/(main|cli|commands|backup-commands|progress|welcome|service|assembly|app|routes)\\.ts$";

/** A rule against imports from `from` to `to`, each given as dependency-cruiser's conditions. */
const never = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    never(
      "no-cycles",
      "Two files that need each other are one file, or share a third.",
      {},
      { circular: true },
    ),
    never(
      "resolvable",
      "What is imported exists, and is a dependency of this package.",
      {},
      { couldNotResolve: true },
    ),
    never(
      "http-stands-alone",
      "The kernel knows nothing of this service: what it needs is handed in by app.ts.",
      { path: "^src/http/" },
      { path: "^(src|seeds)/", pathNot: "^src/http/" },
    ),
    never(
      "database-stands-alone",
      "The database's start, migrations and connections know nothing of what is kept in it.",
      { path: "^src/database/" },
      { path: "^(src|seeds)/", pathNot: "^src/database/" },
    ),
    never(
      "record-knows-no-record-type",
      "What every record shares knows no particular record, and no room above it.",
      { path: "^src/record/" },
      { path: "^(src|seeds)/", pathNot: "^src/(record|http|database|generated)/" },
    ),
    never(
      "rooms-look-down",
      "A room imports no one who puts the rooms together.",
      { path: rooms },
      { path: top },
    ),
    never(
      "routes-look-down",
      "The table of contents is read by app.ts, never the other way round.",
      { path: "^src/routes\\.ts$" },
      { path: "^src/(main|cli|commands|backup-commands|progress|welcome|service|assembly|app)\\.ts$" },
    ),
    never(
      "app-looks-down",
      "The app is made from what it is given.",
      { path: "^src/app\\.ts$" },
      { path: "^src/(main|cli|commands|backup-commands|progress|welcome|service|assembly)\\.ts$" },
    ),
    never(
      "service-looks-down",
      "The service is started by main.ts and cli.ts.",
      { path: "^src/(service|assembly)\\.ts$" },
      { path: "^src/(main|cli|commands|backup-commands|progress|welcome)\\.ts$" },
    ),
    never(
      "environment-read-once",
      "The configuration is read where the process starts and handed on as values.",
      { path: "^src/", pathNot: "^src/(main|cli|commands|welcome|service|assembly|config)\\.ts$" },
      { path: "^src/config\\.ts$" },
    ),
    never(
      "faults-run-by-themselves",
      "npm run faults is a program of its own, and jest's expect is there only where jest runs.",
      { path: "^tests/faults/main\\.ts$" },
      { path: "@jest/globals", reachable: true },
    ),
    never(
      "who-speaks-to-the-database",
      "SQL is found in these places and nowhere else.",
      {
        path: "^src/",
        pathNot: [
          "^src/(record|ledger|access|exchange|backup|database|generated)/",
          "queries\\.ts$",
          "^src/(service|assembly)\\.ts$",
        ],
      },
      { path: "^src/generated/|^node_modules/(pg|pg-[^/]+|@types/pg|@types/pg-[^/]+|@prisma/[^/]+)/" },
    ),
    never(
      "who-knows-express",
      "The framework is known to the kernel and to app.ts alone.",
      { path: "^src/", pathNot: "^src/(http/|app\\.ts$)" },
      { path: "^node_modules/(express|@types/express[^/]*|helmet|compression|@types/compression)/" },
    ),
    never(
      "nothing-imports-tests",
      "Tests look at the service, which does not know them.",
      { path: "^(src|seeds|scripts)/" },
      { path: "^tests/" },
    ),
    never(
      "service-without-tools",
      "What runs in production needs no scripts.",
      { path: "^(src|seeds)/" },
      { path: "^scripts/" },
    ),
    never(
      "production-packages",
      "What runs in production imports only what is installed there.",
      { path: "^(src|seeds)/" },
      { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], pathNot: "/@types/" },
    ),
    never(
      "seeds-are-data",
      "The seeds are written through record/, and started by the service or the command line.",
      { path: "^src/", pathNot: "^src/(service|commands)\\.ts$" },
      { path: "^seeds/" },
    ),
  ],
  options: {
    parser: "swc",
    // The dashboard is another program, with types of its own; the linter sees to its imports.
    exclude: { path: "^src/web/" },
    doNotFollow: { path: ["node_modules", "^src/generated/"] },
    combinedDependencies: false,
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
