-- AlterTable
ALTER TABLE "idempotency_keys" ADD COLUMN     "told" TEXT COLLATE "C";
