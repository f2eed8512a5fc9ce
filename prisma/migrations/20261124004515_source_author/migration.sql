-- AlterTable
ALTER TABLE "sources" ADD COLUMN     "author" TEXT COLLATE "C";
