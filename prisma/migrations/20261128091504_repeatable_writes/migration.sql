-- AlterTable
ALTER TABLE "idempotency_keys" ADD COLUMN     "as_of" TIMESTAMPTZ(6),
ALTER COLUMN "type" DROP NOT NULL,
ALTER COLUMN "version" DROP NOT NULL;
