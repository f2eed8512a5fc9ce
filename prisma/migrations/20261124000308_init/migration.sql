-- CreateEnum
CREATE TYPE "citation_relation" AS ENUM ('SUPPORTS', 'CONTRADICTS');

-- CreateEnum
CREATE TYPE "external_id_relation" AS ENUM ('SAME', 'PART_OF', 'CONTAINS');

-- CreateEnum
CREATE TYPE "visibility" AS ENUM ('PUBLIC', 'RESTRICTED');

-- CreateEnum
CREATE TYPE "actor_kind" AS ENUM ('STATE', 'DE_FACTO_AUTHORITY', 'NON_STATE_ARMED_GROUP', 'INTERGOVERNMENTAL', 'NGO', 'GOVERNMENT_BODY', 'MEDIA', 'OTHER');

-- CreateEnum
CREATE TYPE "geo_precision" AS ENUM ('EXACT', 'SETTLEMENT', 'NEAR_SETTLEMENT', 'DISTRICT', 'REGION', 'FRONT_SECTOR', 'UNLOCATED');

-- CreateEnum
CREATE TYPE "place_kind" AS ENUM ('COUNTRY', 'REGION', 'DISTRICT', 'CITY', 'TOWN', 'VILLAGE', 'FACILITY', 'WATER_BODY', 'OTHER');

-- CreateEnum
CREATE TYPE "source_kind" AS ENUM ('OFFICIAL_STATEMENT', 'NEWS', 'NGO_REPORT', 'MONITOR_REPORT', 'SOCIAL_MEDIA', 'DATASET', 'INTERVIEW', 'OTHER');

-- CreateEnum
CREATE TYPE "broker_role" AS ENUM ('MEDIATOR', 'FACILITATOR', 'HOST', 'GUARANTOR', 'WITNESS');

-- CreateEnum
CREATE TYPE "ceasefire_class" AS ENUM ('CESSATION_OF_HOSTILITIES', 'PRELIMINARY', 'DEFINITIVE');

-- CreateEnum
CREATE TYPE "ceasefire_form" AS ENUM ('SIGNED', 'JOINT_STATEMENT', 'SEPARATE_STATEMENTS', 'VERBAL', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "ceasefire_relation_kind" AS ENUM ('REAFFIRMS', 'SUPERSEDES', 'EXTENDS', 'RECIPROCATES');

-- CreateEnum
CREATE TYPE "declaration_type" AS ENUM ('UNILATERAL', 'BILATERAL', 'MULTILATERAL');

-- CreateEnum
CREATE TYPE "end_kind" AS ENUM ('COLLAPSED', 'EXPIRED', 'SUPERSEDED', 'TERMINATED', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "party_role" AS ENUM ('SIGNATORY', 'DECLARANT', 'BOUND_NON_SIGNATORY', 'EXCLUDED', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "purpose" AS ENUM ('HUMANITARIAN', 'PEACE_PROCESS', 'HOLIDAY', 'ELECTION', 'OTHER', 'UNCLEAR');

-- CreateEnum
CREATE TYPE "reading_kind" AS ENUM ('TEXT', 'REPORTED', 'ERROR');

-- CreateEnum
CREATE TYPE "weekday" AS ENUM ('MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY');

-- CreateEnum
CREATE TYPE "provision_kind" AS ENUM ('PRISONER_EXCHANGE', 'RETURN_OF_BODIES', 'RELEASE_OF_DETAINEES', 'HUMANITARIAN_ACCESS', 'EVACUATION', 'MONITORING', 'WITHDRAWAL', 'SEPARATION_OF_FORCES', 'WEAPONS_RESTRICTION', 'PROHIBITED_ACT', 'DISARMAMENT', 'PEACEKEEPING', 'NEGOTIATIONS', 'DISPLACED_RETURN', 'TRANSPORT', 'OTHER');

-- CreateEnum
CREATE TYPE "link_kind" AS ENUM ('MIRRORS', 'DUPLICATE_OF', 'PART_OF');

-- CreateEnum
CREATE TYPE "scope" AS ENUM ('INCIDENT', 'AGGREGATE');

-- CreateEnum
CREATE TYPE "target_kind" AS ENUM ('CIVILIANS', 'MILITARY', 'MEDICAL', 'INFRASTRUCTURE', 'RELIGIOUS_OR_CULTURAL', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "violation_type" AS ENUM ('SHELLING_ARTILLERY_MISSILE', 'AIR_OR_DRONE_STRIKE', 'ARMED_CLASH', 'SMALL_ARMS_FIRE', 'GROUND_ATTACK', 'INCURSION', 'OVERFLIGHT', 'MINE_OR_IED', 'ABDUCTION', 'ATTACK_ON_CIVILIANS', 'SEXUAL_VIOLENCE', 'LOOTING_OR_DESTRUCTION', 'FORTIFICATION', 'WEAPONS_IN_PROHIBITED_AREA', 'MONITORS_OBSTRUCTED', 'HUMANITARIAN_ACCESS_OBSTRUCTED', 'OTHER');

-- CreateEnum
CREATE TYPE "weapon_kind" AS ENUM ('ARTILLERY', 'ROCKET_ARTILLERY', 'BALLISTIC_MISSILE', 'MISSILE', 'MORTAR', 'DRONE', 'CLUSTER_MUNITION', 'SMALL_ARMS', 'AIRCRAFT', 'MINE', 'LARGE_CALIBRE_GUN', 'UNSPECIFIED', 'OTHER');

-- CreateEnum
CREATE TYPE "assessment_subject" AS ENUM ('OCCURRENCE', 'ATTRIBUTION', 'WEAPON', 'CASUALTIES');

-- CreateEnum
CREATE TYPE "claim_capacity" AS ENUM ('PARTY', 'MONITOR', 'WITNESS', 'MEDIA', 'DATASET');

-- CreateEnum
CREATE TYPE "count_unit" AS ENUM ('EXPLOSION', 'BURST', 'SHOT', 'PROJECTILE', 'STRIKE', 'OVERFLIGHT', 'VIOLATION');

-- CreateEnum
CREATE TYPE "population" AS ENUM ('CIVILIAN', 'MILITARY', 'UNSPECIFIED');

-- CreateEnum
CREATE TYPE "response_kind" AS ENUM ('DENIAL', 'GENERAL_DENIAL', 'COUNTER_CLAIM', 'ADMISSION', 'JUSTIFICATION', 'REBUTTAL', 'RETRACTION');

-- CreateEnum
CREATE TYPE "verdict" AS ENUM ('CORROBORATED', 'VERIFIED', 'REFUTED', 'INCONCLUSIVE');

-- CreateEnum
CREATE TYPE "violation_status" AS ENUM ('CORROBORATED', 'VERIFIED', 'REFUTED', 'DISPUTED', 'ADMITTED', 'ALLEGED');

-- CreateEnum
CREATE TYPE "record_type" AS ENUM ('conflict', 'actor', 'place', 'source', 'ceasefire', 'violation');

-- CreateEnum
CREATE TYPE "operation" AS ENUM ('create', 'update', 'delete', 'restore', 'redact');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('analyst', 'editor', 'admin');

-- CreateTable
CREATE TABLE "conflicts" (
    "id" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "started_local" TEXT COLLATE "C",
    "started_until" TEXT COLLATE "C",
    "started_time_zone" TEXT COLLATE "C",
    "started_approximate" BOOLEAN,
    "started_words" TEXT COLLATE "C",
    "started_earliest" TIMESTAMPTZ(0),
    "started_latest" TIMESTAMPTZ(0),
    "ended_local" TEXT COLLATE "C",
    "ended_until" TEXT COLLATE "C",
    "ended_time_zone" TEXT COLLATE "C",
    "ended_approximate" BOOLEAN,
    "ended_words" TEXT COLLATE "C",
    "ended_earliest" TIMESTAMPTZ(0),
    "ended_latest" TIMESTAMPTZ(0),
    "search" tsvector NOT NULL,
    "document" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "conflicts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conflicts_external_ids" (
    "conflict_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "dataset" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "relation" "external_id_relation" NOT NULL,

    CONSTRAINT "conflicts_external_ids_pkey" PRIMARY KEY ("conflict_id","position")
);

-- CreateTable
CREATE TABLE "conflicts_citations" (
    "conflict_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "conflicts_citations_pkey" PRIMARY KEY ("conflict_id","position")
);

-- CreateTable
CREATE TABLE "actors" (
    "id" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "aliases" TEXT[] COLLATE "C",
    "kind" "actor_kind" NOT NULL,
    "part_of" TEXT COLLATE "C",
    "country_code" TEXT COLLATE "C",
    "search" tsvector NOT NULL,
    "document" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "actors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "actors_external_ids" (
    "actor_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "dataset" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "relation" "external_id_relation" NOT NULL,

    CONSTRAINT "actors_external_ids_pkey" PRIMARY KEY ("actor_id","position")
);

-- CreateTable
CREATE TABLE "actors_citations" (
    "actor_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "actors_citations_pkey" PRIMARY KEY ("actor_id","position")
);

-- CreateTable
CREATE TABLE "places" (
    "id" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "kind" "place_kind",
    "part_of" TEXT COLLATE "C",
    "country_code" TEXT COLLATE "C",
    "latitude" DOUBLE PRECISION,
    "longitude" DOUBLE PRECISION,
    "search" tsvector NOT NULL,
    "document" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "places_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "places_names" (
    "place_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "language" TEXT COLLATE "C",

    CONSTRAINT "places_names_pkey" PRIMARY KEY ("place_id","position")
);

-- CreateTable
CREATE TABLE "places_external_ids" (
    "place_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "dataset" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "relation" "external_id_relation" NOT NULL,

    CONSTRAINT "places_external_ids_pkey" PRIMARY KEY ("place_id","position")
);

-- CreateTable
CREATE TABLE "places_citations" (
    "place_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "places_citations_pkey" PRIMARY KEY ("place_id","position")
);

-- CreateTable
CREATE TABLE "sources" (
    "id" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "kind" "source_kind" NOT NULL,
    "visibility" "visibility" NOT NULL,
    "title" TEXT COLLATE "C",
    "publisher" TEXT COLLATE "C",
    "url" TEXT COLLATE "C",
    "language" TEXT COLLATE "C",
    "published_local" TEXT COLLATE "C",
    "published_until" TEXT COLLATE "C",
    "published_time_zone" TEXT COLLATE "C",
    "published_approximate" BOOLEAN,
    "published_words" TEXT COLLATE "C",
    "published_earliest" TIMESTAMPTZ(0),
    "published_latest" TIMESTAMPTZ(0),
    "accessed" DATE,
    "archive_url" TEXT COLLATE "C",
    "affiliated_with" TEXT COLLATE "C",
    "origin" TEXT COLLATE "C",
    "licence" TEXT COLLATE "C",
    "search" tsvector NOT NULL,
    "document" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "sources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sources_external_ids" (
    "source_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "dataset" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "relation" "external_id_relation" NOT NULL,

    CONSTRAINT "sources_external_ids_pkey" PRIMARY KEY ("source_id","position")
);

-- CreateTable
CREATE TABLE "sources_citations" (
    "source_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "sources_citations_pkey" PRIMARY KEY ("source_id","position")
);

-- CreateTable
CREATE TABLE "ceasefires" (
    "id" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "conflict" TEXT COLLATE "C" NOT NULL,
    "declaration_type" "declaration_type" NOT NULL,
    "purposes" "purpose"[],
    "ceasefire_class" "ceasefire_class",
    "form" "ceasefire_form" NOT NULL,
    "coverage_partial" BOOLEAN,
    "coverage_words" TEXT COLLATE "C",
    "announced_local" TEXT COLLATE "C",
    "announced_until" TEXT COLLATE "C",
    "announced_time_zone" TEXT COLLATE "C",
    "announced_approximate" BOOLEAN,
    "announced_words" TEXT COLLATE "C",
    "announced_earliest" TIMESTAMPTZ(0),
    "announced_latest" TIMESTAMPTZ(0),
    "expires_local" TEXT COLLATE "C",
    "expires_until" TEXT COLLATE "C",
    "expires_time_zone" TEXT COLLATE "C",
    "expires_approximate" BOOLEAN,
    "expires_words" TEXT COLLATE "C",
    "expires_earliest" TIMESTAMPTZ(0),
    "expires_latest" TIMESTAMPTZ(0),
    "schedule_days" "weekday"[],
    "schedule_from" TEXT COLLATE "C",
    "schedule_to" TEXT COLLATE "C",
    "schedule_time_zone" TEXT COLLATE "C",
    "ended_moment_local" TEXT COLLATE "C",
    "ended_moment_until" TEXT COLLATE "C",
    "ended_moment_time_zone" TEXT COLLATE "C",
    "ended_moment_approximate" BOOLEAN,
    "ended_moment_words" TEXT COLLATE "C",
    "ended_moment_earliest" TIMESTAMPTZ(0),
    "ended_moment_latest" TIMESTAMPTZ(0),
    "ended_how" "end_kind",
    "effective_earliest" TIMESTAMPTZ(0),
    "effective_latest" TIMESTAMPTZ(0),
    "search" tsvector NOT NULL,
    "document" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "ceasefires_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ceasefires_coverage_places" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "place" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "ceasefires_coverage_places_pkey" PRIMARY KEY ("ceasefire_id","position")
);

-- CreateTable
CREATE TABLE "ceasefires_parties" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,
    "role" "party_role" NOT NULL,
    "declared_local" TEXT COLLATE "C",
    "declared_until" TEXT COLLATE "C",
    "declared_time_zone" TEXT COLLATE "C",
    "declared_approximate" BOOLEAN,
    "declared_words" TEXT COLLATE "C",
    "declared_earliest" TIMESTAMPTZ(0),
    "declared_latest" TIMESTAMPTZ(0),
    "withdrew_local" TEXT COLLATE "C",
    "withdrew_until" TEXT COLLATE "C",
    "withdrew_time_zone" TEXT COLLATE "C",
    "withdrew_approximate" BOOLEAN,
    "withdrew_words" TEXT COLLATE "C",
    "withdrew_earliest" TIMESTAMPTZ(0),
    "withdrew_latest" TIMESTAMPTZ(0),

    CONSTRAINT "ceasefires_parties_pkey" PRIMARY KEY ("ceasefire_id","position")
);

-- CreateTable
CREATE TABLE "ceasefires_parties_signatories" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "parties_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "office" TEXT COLLATE "C",

    CONSTRAINT "ceasefires_parties_signatories_pkey" PRIMARY KEY ("ceasefire_id","parties_position","position")
);

-- CreateTable
CREATE TABLE "ceasefires_brokers" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,
    "role" "broker_role" NOT NULL,
    "disputed" BOOLEAN NOT NULL,

    CONSTRAINT "ceasefires_brokers_pkey" PRIMARY KEY ("ceasefire_id","position")
);

-- CreateTable
CREATE TABLE "ceasefires_brokers_people" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "brokers_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "office" TEXT COLLATE "C",

    CONSTRAINT "ceasefires_brokers_people_pkey" PRIMARY KEY ("ceasefire_id","brokers_position","position")
);

-- CreateTable
CREATE TABLE "ceasefires_brokers_citations" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "brokers_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "ceasefires_brokers_citations_pkey" PRIMARY KEY ("ceasefire_id","brokers_position","position")
);

-- CreateTable
CREATE TABLE "ceasefires_monitors" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,
    "mandate" TEXT COLLATE "C",

    CONSTRAINT "ceasefires_monitors_pkey" PRIMARY KEY ("ceasefire_id","position")
);

-- CreateTable
CREATE TABLE "ceasefires_effective_readings" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "words" TEXT COLLATE "C",
    "moment_local" TEXT COLLATE "C",
    "moment_until" TEXT COLLATE "C",
    "moment_time_zone" TEXT COLLATE "C",
    "moment_approximate" BOOLEAN,
    "moment_words" TEXT COLLATE "C",
    "moment_earliest" TIMESTAMPTZ(0),
    "moment_latest" TIMESTAMPTZ(0),
    "kind" "reading_kind" NOT NULL,
    "adopted" BOOLEAN NOT NULL,
    "why" TEXT COLLATE "C",

    CONSTRAINT "ceasefires_effective_readings_pkey" PRIMARY KEY ("ceasefire_id","position")
);

-- CreateTable
CREATE TABLE "ceasefires_effective_readings_citations" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "effective_readings_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "ceasefires_effective_readings_citations_pkey" PRIMARY KEY ("ceasefire_id","effective_readings_position","position")
);

-- CreateTable
CREATE TABLE "ceasefires_ended_citations" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "ceasefires_ended_citations_pkey" PRIMARY KEY ("ceasefire_id","position")
);

-- CreateTable
CREATE TABLE "ceasefires_provisions" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "kind" "provision_kind" NOT NULL,
    "text" TEXT COLLATE "C" NOT NULL,
    "due_local" TEXT COLLATE "C",
    "due_until" TEXT COLLATE "C",
    "due_time_zone" TEXT COLLATE "C",
    "due_approximate" BOOLEAN,
    "due_words" TEXT COLLATE "C",
    "due_earliest" TIMESTAMPTZ(0),
    "due_latest" TIMESTAMPTZ(0),

    CONSTRAINT "ceasefires_provisions_pkey" PRIMARY KEY ("ceasefire_id","position")
);

-- CreateTable
CREATE TABLE "ceasefires_provisions_obliged" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "provisions_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "ceasefires_provisions_obliged_pkey" PRIMARY KEY ("ceasefire_id","provisions_position","position")
);

-- CreateTable
CREATE TABLE "ceasefires_relations" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "kind" "ceasefire_relation_kind" NOT NULL,
    "ceasefire" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "ceasefires_relations_pkey" PRIMARY KEY ("ceasefire_id","position")
);

-- CreateTable
CREATE TABLE "ceasefires_external_ids" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "dataset" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "relation" "external_id_relation" NOT NULL,

    CONSTRAINT "ceasefires_external_ids_pkey" PRIMARY KEY ("ceasefire_id","position")
);

-- CreateTable
CREATE TABLE "ceasefires_citations" (
    "ceasefire_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "ceasefires_citations_pkey" PRIMARY KEY ("ceasefire_id","position")
);

-- CreateTable
CREATE TABLE "violations" (
    "id" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "ceasefire" TEXT COLLATE "C",
    "types" "violation_type"[],
    "scope" "scope" NOT NULL,
    "visibility" "visibility" NOT NULL,
    "status" "violation_status" NOT NULL,
    "description" TEXT COLLATE "C",
    "targets" "target_kind"[],
    "occurred_start_local" TEXT COLLATE "C",
    "occurred_start_until" TEXT COLLATE "C",
    "occurred_start_time_zone" TEXT COLLATE "C",
    "occurred_start_approximate" BOOLEAN,
    "occurred_start_words" TEXT COLLATE "C",
    "occurred_start_earliest" TIMESTAMPTZ(0),
    "occurred_start_latest" TIMESTAMPTZ(0),
    "occurred_end_local" TEXT COLLATE "C",
    "occurred_end_until" TEXT COLLATE "C",
    "occurred_end_time_zone" TEXT COLLATE "C",
    "occurred_end_approximate" BOOLEAN,
    "occurred_end_words" TEXT COLLATE "C",
    "occurred_end_earliest" TIMESTAMPTZ(0),
    "occurred_end_latest" TIMESTAMPTZ(0),
    "occurred_ongoing_at_local" TEXT COLLATE "C",
    "occurred_ongoing_at_until" TEXT COLLATE "C",
    "occurred_ongoing_at_time_zone" TEXT COLLATE "C",
    "occurred_ongoing_at_approximate" BOOLEAN,
    "occurred_ongoing_at_words" TEXT COLLATE "C",
    "occurred_ongoing_at_earliest" TIMESTAMPTZ(0),
    "occurred_ongoing_at_latest" TIMESTAMPTZ(0),
    "occurred_earliest" TIMESTAMPTZ(0),
    "occurred_latest" TIMESTAMPTZ(0),
    "search" tsvector NOT NULL,
    "document" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "violations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "violations_weapons" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "kind" "weapon_kind" NOT NULL,
    "words" TEXT COLLATE "C",

    CONSTRAINT "violations_weapons_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "violations_involved" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "violations_involved_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "violations_claims" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "claimant" TEXT COLLATE "C",
    "capacity" "claim_capacity" NOT NULL,
    "stated_local" TEXT COLLATE "C",
    "stated_until" TEXT COLLATE "C",
    "stated_time_zone" TEXT COLLATE "C",
    "stated_approximate" BOOLEAN,
    "stated_words" TEXT COLLATE "C",
    "stated_earliest" TIMESTAMPTZ(0),
    "stated_latest" TIMESTAMPTZ(0),
    "words" TEXT COLLATE "C",

    CONSTRAINT "violations_claims_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "violations_claims_accused" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "claims_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "violations_claims_accused_pkey" PRIMARY KEY ("violation_id","claims_position","position")
);

-- CreateTable
CREATE TABLE "violations_claims_citations" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "claims_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "violations_claims_citations_pkey" PRIMARY KEY ("violation_id","claims_position","position")
);

-- CreateTable
CREATE TABLE "violations_locations" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "place" TEXT COLLATE "C",
    "latitude" DOUBLE PRECISION,
    "longitude" DOUBLE PRECISION,
    "geo_precision" "geo_precision" NOT NULL,
    "words" TEXT COLLATE "C",

    CONSTRAINT "violations_locations_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "violations_casualty_claims" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "claimant" TEXT COLLATE "C",
    "stated_local" TEXT COLLATE "C",
    "stated_until" TEXT COLLATE "C",
    "stated_time_zone" TEXT COLLATE "C",
    "stated_approximate" BOOLEAN,
    "stated_words" TEXT COLLATE "C",
    "stated_earliest" TIMESTAMPTZ(0),
    "stated_latest" TIMESTAMPTZ(0),
    "killed_min" INTEGER,
    "killed_best" INTEGER,
    "killed_max" INTEGER,
    "killed_approximate" BOOLEAN,
    "killed_contradictory" BOOLEAN,
    "injured_min" INTEGER,
    "injured_best" INTEGER,
    "injured_max" INTEGER,
    "injured_approximate" BOOLEAN,
    "injured_contradictory" BOOLEAN,
    "missing_min" INTEGER,
    "missing_best" INTEGER,
    "missing_max" INTEGER,
    "missing_approximate" BOOLEAN,
    "missing_contradictory" BOOLEAN,
    "of" TEXT COLLATE "C",
    "population" "population" NOT NULL,

    CONSTRAINT "violations_casualty_claims_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "violations_casualty_claims_citations" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "casualty_claims_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "violations_casualty_claims_citations_pkey" PRIMARY KEY ("violation_id","casualty_claims_position","position")
);

-- CreateTable
CREATE TABLE "violations_counts" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "of" "count_unit" NOT NULL,
    "min" INTEGER,
    "max" INTEGER,
    "counted_by" TEXT COLLATE "C",

    CONSTRAINT "violations_counts_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "violations_counts_citations" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "counts_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "violations_counts_citations_pkey" PRIMARY KEY ("violation_id","counts_position","position")
);

-- CreateTable
CREATE TABLE "violations_responses" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,
    "kind" "response_kind" NOT NULL,
    "stated_local" TEXT COLLATE "C",
    "stated_until" TEXT COLLATE "C",
    "stated_time_zone" TEXT COLLATE "C",
    "stated_approximate" BOOLEAN,
    "stated_words" TEXT COLLATE "C",
    "stated_earliest" TIMESTAMPTZ(0),
    "stated_latest" TIMESTAMPTZ(0),
    "words" TEXT COLLATE "C",

    CONSTRAINT "violations_responses_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "violations_responses_violations" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "responses_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "violation" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "violations_responses_violations_pkey" PRIMARY KEY ("violation_id","responses_position","position")
);

-- CreateTable
CREATE TABLE "violations_responses_citations" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "responses_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "violations_responses_citations_pkey" PRIMARY KEY ("violation_id","responses_position","position")
);

-- CreateTable
CREATE TABLE "violations_assessments" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "assessor" TEXT COLLATE "C" NOT NULL,
    "of" "assessment_subject" NOT NULL,
    "verdict" "verdict" NOT NULL,
    "on_local" TEXT COLLATE "C",
    "on_until" TEXT COLLATE "C",
    "on_time_zone" TEXT COLLATE "C",
    "on_approximate" BOOLEAN,
    "on_words" TEXT COLLATE "C",
    "on_earliest" TIMESTAMPTZ(0),
    "on_latest" TIMESTAMPTZ(0),
    "note" TEXT COLLATE "C",

    CONSTRAINT "violations_assessments_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "violations_assessments_citations" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "assessments_position" SMALLINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "violations_assessments_citations_pkey" PRIMARY KEY ("violation_id","assessments_position","position")
);

-- CreateTable
CREATE TABLE "violations_links" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "kind" "link_kind" NOT NULL,
    "violation" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "violations_links_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "violations_external_ids" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "dataset" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "relation" "external_id_relation" NOT NULL,

    CONSTRAINT "violations_external_ids_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "violations_citations" (
    "violation_id" TEXT COLLATE "C" NOT NULL,
    "position" SMALLINT NOT NULL,
    "source" TEXT COLLATE "C" NOT NULL,
    "fields" TEXT[] COLLATE "C",
    "relation" "citation_relation" NOT NULL,
    "quotation" TEXT COLLATE "C",

    CONSTRAINT "violations_citations_pkey" PRIMARY KEY ("violation_id","position")
);

-- CreateTable
CREATE TABLE "revisions" (
    "type" "record_type" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "operation" "operation" NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL,
    "author" TEXT COLLATE "C",
    "reason" TEXT COLLATE "C",
    "import" TEXT COLLATE "C",
    "changes" JSON NOT NULL,
    "document" TEXT COLLATE "C",
    "salt" BYTEA,
    "digest" BYTEA NOT NULL,
    "search" tsvector,
    "name" TEXT COLLATE "C",
    "kind" TEXT COLLATE "C",
    "part_of" TEXT COLLATE "C",
    "country_code" TEXT COLLATE "C",
    "latitude" DOUBLE PRECISION,
    "longitude" DOUBLE PRECISION,
    "affiliated_with" TEXT COLLATE "C",
    "origin" TEXT COLLATE "C",
    "publisher" TEXT COLLATE "C",
    "visibility" "visibility",
    "published_earliest" TIMESTAMPTZ(0),
    "conflict" TEXT COLLATE "C",
    "parties" TEXT[] COLLATE "C",
    "brokers" TEXT[] COLLATE "C",
    "purposes" TEXT[] COLLATE "C",
    "declaration_type" TEXT COLLATE "C",
    "ceasefire_class" TEXT COLLATE "C",
    "effective_earliest" TIMESTAMPTZ(0),
    "effective_latest" TIMESTAMPTZ(0),
    "ceasefire" TEXT COLLATE "C",
    "types" TEXT[] COLLATE "C",
    "accused" TEXT[] COLLATE "C",
    "claimants" TEXT[] COLLATE "C",
    "involved" TEXT[] COLLATE "C",
    "places" TEXT[] COLLATE "C",
    "status" TEXT COLLATE "C",
    "scope" TEXT COLLATE "C",
    "occurred_earliest" TIMESTAMPTZ(0),
    "occurred_latest" TIMESTAMPTZ(0),

    CONSTRAINT "revisions_pkey" PRIMARY KEY ("type","id","version")
);

-- CreateTable
CREATE TABLE "same_as" (
    "type" "record_type" NOT NULL,
    "dataset" TEXT COLLATE "C" NOT NULL,
    "external_id" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "same_as_pkey" PRIMARY KEY ("type","dataset","external_id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "role" "role" NOT NULL,
    "key_sha256" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "conflicts_name_id_idx" ON "conflicts"("name", "id");

-- CreateIndex
CREATE INDEX "conflicts_updated_at_id_idx" ON "conflicts"("updated_at", "id");

-- CreateIndex
CREATE INDEX "conflicts_external_ids_dataset_id_idx" ON "conflicts_external_ids"("dataset", "id");

-- CreateIndex
CREATE INDEX "conflicts_citations_source_idx" ON "conflicts_citations"("source");

-- CreateIndex
CREATE INDEX "actors_part_of_idx" ON "actors"("part_of");

-- CreateIndex
CREATE INDEX "actors_name_id_idx" ON "actors"("name", "id");

-- CreateIndex
CREATE INDEX "actors_updated_at_id_idx" ON "actors"("updated_at", "id");

-- CreateIndex
CREATE INDEX "actors_external_ids_dataset_id_idx" ON "actors_external_ids"("dataset", "id");

-- CreateIndex
CREATE INDEX "actors_citations_source_idx" ON "actors_citations"("source");

-- CreateIndex
CREATE INDEX "places_part_of_idx" ON "places"("part_of");

-- CreateIndex
CREATE INDEX "places_updated_at_id_idx" ON "places"("updated_at", "id");

-- CreateIndex
CREATE INDEX "places_external_ids_dataset_id_idx" ON "places_external_ids"("dataset", "id");

-- CreateIndex
CREATE INDEX "places_citations_source_idx" ON "places_citations"("source");

-- CreateIndex
CREATE INDEX "sources_affiliated_with_idx" ON "sources"("affiliated_with");

-- CreateIndex
CREATE INDEX "sources_origin_idx" ON "sources"("origin");

-- CreateIndex
CREATE INDEX "sources_published_earliest_id_idx" ON "sources"("published_earliest", "id");

-- CreateIndex
CREATE INDEX "sources_updated_at_id_idx" ON "sources"("updated_at", "id");

-- CreateIndex
CREATE INDEX "sources_external_ids_dataset_id_idx" ON "sources_external_ids"("dataset", "id");

-- CreateIndex
CREATE INDEX "sources_citations_source_idx" ON "sources_citations"("source");

-- CreateIndex
CREATE INDEX "ceasefires_conflict_effective_earliest_id_idx" ON "ceasefires"("conflict", "effective_earliest", "id");

-- CreateIndex
CREATE INDEX "ceasefires_effective_earliest_id_idx" ON "ceasefires"("effective_earliest", "id");

-- CreateIndex
CREATE INDEX "ceasefires_updated_at_id_idx" ON "ceasefires"("updated_at", "id");

-- CreateIndex
CREATE INDEX "ceasefires_coverage_places_place_idx" ON "ceasefires_coverage_places"("place");

-- CreateIndex
CREATE INDEX "ceasefires_parties_actor_idx" ON "ceasefires_parties"("actor");

-- CreateIndex
CREATE INDEX "ceasefires_brokers_actor_idx" ON "ceasefires_brokers"("actor");

-- CreateIndex
CREATE INDEX "ceasefires_brokers_citations_source_idx" ON "ceasefires_brokers_citations"("source");

-- CreateIndex
CREATE INDEX "ceasefires_monitors_actor_idx" ON "ceasefires_monitors"("actor");

-- CreateIndex
CREATE INDEX "ceasefires_effective_readings_citations_source_idx" ON "ceasefires_effective_readings_citations"("source");

-- CreateIndex
CREATE INDEX "ceasefires_ended_citations_source_idx" ON "ceasefires_ended_citations"("source");

-- CreateIndex
CREATE INDEX "ceasefires_provisions_obliged_actor_idx" ON "ceasefires_provisions_obliged"("actor");

-- CreateIndex
CREATE INDEX "ceasefires_relations_ceasefire_idx" ON "ceasefires_relations"("ceasefire");

-- CreateIndex
CREATE INDEX "ceasefires_external_ids_dataset_id_idx" ON "ceasefires_external_ids"("dataset", "id");

-- CreateIndex
CREATE INDEX "ceasefires_citations_source_idx" ON "ceasefires_citations"("source");

-- CreateIndex
CREATE INDEX "violations_ceasefire_occurred_earliest_id_idx" ON "violations"("ceasefire", "occurred_earliest", "id");

-- CreateIndex
CREATE INDEX "violations_occurred_earliest_id_idx" ON "violations"("occurred_earliest", "id");

-- CreateIndex
CREATE INDEX "violations_updated_at_id_idx" ON "violations"("updated_at", "id");

-- CreateIndex
CREATE INDEX "violations_involved_actor_idx" ON "violations_involved"("actor");

-- CreateIndex
CREATE INDEX "violations_claims_claimant_idx" ON "violations_claims"("claimant");

-- CreateIndex
CREATE INDEX "violations_claims_accused_actor_idx" ON "violations_claims_accused"("actor");

-- CreateIndex
CREATE INDEX "violations_claims_citations_source_idx" ON "violations_claims_citations"("source");

-- CreateIndex
CREATE INDEX "violations_locations_place_idx" ON "violations_locations"("place");

-- CreateIndex
CREATE INDEX "violations_casualty_claims_claimant_idx" ON "violations_casualty_claims"("claimant");

-- CreateIndex
CREATE INDEX "violations_casualty_claims_of_idx" ON "violations_casualty_claims"("of");

-- CreateIndex
CREATE INDEX "violations_casualty_claims_citations_source_idx" ON "violations_casualty_claims_citations"("source");

-- CreateIndex
CREATE INDEX "violations_counts_counted_by_idx" ON "violations_counts"("counted_by");

-- CreateIndex
CREATE INDEX "violations_counts_citations_source_idx" ON "violations_counts_citations"("source");

-- CreateIndex
CREATE INDEX "violations_responses_actor_idx" ON "violations_responses"("actor");

-- CreateIndex
CREATE INDEX "violations_responses_violations_violation_idx" ON "violations_responses_violations"("violation");

-- CreateIndex
CREATE INDEX "violations_responses_citations_source_idx" ON "violations_responses_citations"("source");

-- CreateIndex
CREATE INDEX "violations_assessments_assessor_idx" ON "violations_assessments"("assessor");

-- CreateIndex
CREATE INDEX "violations_assessments_citations_source_idx" ON "violations_assessments_citations"("source");

-- CreateIndex
CREATE INDEX "violations_links_violation_idx" ON "violations_links"("violation");

-- CreateIndex
CREATE INDEX "violations_external_ids_dataset_id_idx" ON "violations_external_ids"("dataset", "id");

-- CreateIndex
CREATE INDEX "violations_citations_source_idx" ON "violations_citations"("source");

-- CreateIndex
CREATE INDEX "revisions_type_recorded_at_id_idx" ON "revisions"("type", "recorded_at", "id");

-- CreateIndex
CREATE INDEX "same_as_type_id_idx" ON "same_as"("type", "id");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_key_sha256_key" ON "api_keys"("key_sha256");

-- AddForeignKey
ALTER TABLE "conflicts_external_ids" ADD CONSTRAINT "conflicts_external_ids_conflict_id_fkey" FOREIGN KEY ("conflict_id") REFERENCES "conflicts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conflicts_citations" ADD CONSTRAINT "conflicts_citations_conflict_id_fkey" FOREIGN KEY ("conflict_id") REFERENCES "conflicts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conflicts_citations" ADD CONSTRAINT "conflicts_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "actors" ADD CONSTRAINT "actors_part_of_fkey" FOREIGN KEY ("part_of") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "actors_external_ids" ADD CONSTRAINT "actors_external_ids_actor_id_fkey" FOREIGN KEY ("actor_id") REFERENCES "actors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "actors_citations" ADD CONSTRAINT "actors_citations_actor_id_fkey" FOREIGN KEY ("actor_id") REFERENCES "actors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "actors_citations" ADD CONSTRAINT "actors_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "places" ADD CONSTRAINT "places_part_of_fkey" FOREIGN KEY ("part_of") REFERENCES "places"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "places_names" ADD CONSTRAINT "places_names_place_id_fkey" FOREIGN KEY ("place_id") REFERENCES "places"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "places_external_ids" ADD CONSTRAINT "places_external_ids_place_id_fkey" FOREIGN KEY ("place_id") REFERENCES "places"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "places_citations" ADD CONSTRAINT "places_citations_place_id_fkey" FOREIGN KEY ("place_id") REFERENCES "places"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "places_citations" ADD CONSTRAINT "places_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sources" ADD CONSTRAINT "sources_affiliated_with_fkey" FOREIGN KEY ("affiliated_with") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sources" ADD CONSTRAINT "sources_origin_fkey" FOREIGN KEY ("origin") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sources_external_ids" ADD CONSTRAINT "sources_external_ids_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sources_citations" ADD CONSTRAINT "sources_citations_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sources_citations" ADD CONSTRAINT "sources_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires" ADD CONSTRAINT "ceasefires_conflict_fkey" FOREIGN KEY ("conflict") REFERENCES "conflicts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_coverage_places" ADD CONSTRAINT "ceasefires_coverage_places_ceasefire_id_fkey" FOREIGN KEY ("ceasefire_id") REFERENCES "ceasefires"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_coverage_places" ADD CONSTRAINT "ceasefires_coverage_places_place_fkey" FOREIGN KEY ("place") REFERENCES "places"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_parties" ADD CONSTRAINT "ceasefires_parties_ceasefire_id_fkey" FOREIGN KEY ("ceasefire_id") REFERENCES "ceasefires"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_parties" ADD CONSTRAINT "ceasefires_parties_actor_fkey" FOREIGN KEY ("actor") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_parties_signatories" ADD CONSTRAINT "ceasefires_parties_signatories_ceasefire_id_parties_positi_fkey" FOREIGN KEY ("ceasefire_id", "parties_position") REFERENCES "ceasefires_parties"("ceasefire_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_brokers" ADD CONSTRAINT "ceasefires_brokers_ceasefire_id_fkey" FOREIGN KEY ("ceasefire_id") REFERENCES "ceasefires"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_brokers" ADD CONSTRAINT "ceasefires_brokers_actor_fkey" FOREIGN KEY ("actor") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_brokers_people" ADD CONSTRAINT "ceasefires_brokers_people_ceasefire_id_brokers_position_fkey" FOREIGN KEY ("ceasefire_id", "brokers_position") REFERENCES "ceasefires_brokers"("ceasefire_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_brokers_citations" ADD CONSTRAINT "ceasefires_brokers_citations_ceasefire_id_brokers_position_fkey" FOREIGN KEY ("ceasefire_id", "brokers_position") REFERENCES "ceasefires_brokers"("ceasefire_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_brokers_citations" ADD CONSTRAINT "ceasefires_brokers_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_monitors" ADD CONSTRAINT "ceasefires_monitors_ceasefire_id_fkey" FOREIGN KEY ("ceasefire_id") REFERENCES "ceasefires"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_monitors" ADD CONSTRAINT "ceasefires_monitors_actor_fkey" FOREIGN KEY ("actor") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_effective_readings" ADD CONSTRAINT "ceasefires_effective_readings_ceasefire_id_fkey" FOREIGN KEY ("ceasefire_id") REFERENCES "ceasefires"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_effective_readings_citations" ADD CONSTRAINT "ceasefires_effective_readings_citations_ceasefire_id_effec_fkey" FOREIGN KEY ("ceasefire_id", "effective_readings_position") REFERENCES "ceasefires_effective_readings"("ceasefire_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_effective_readings_citations" ADD CONSTRAINT "ceasefires_effective_readings_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_ended_citations" ADD CONSTRAINT "ceasefires_ended_citations_ceasefire_id_fkey" FOREIGN KEY ("ceasefire_id") REFERENCES "ceasefires"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_ended_citations" ADD CONSTRAINT "ceasefires_ended_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_provisions" ADD CONSTRAINT "ceasefires_provisions_ceasefire_id_fkey" FOREIGN KEY ("ceasefire_id") REFERENCES "ceasefires"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_provisions_obliged" ADD CONSTRAINT "ceasefires_provisions_obliged_ceasefire_id_provisions_posi_fkey" FOREIGN KEY ("ceasefire_id", "provisions_position") REFERENCES "ceasefires_provisions"("ceasefire_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_provisions_obliged" ADD CONSTRAINT "ceasefires_provisions_obliged_actor_fkey" FOREIGN KEY ("actor") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_relations" ADD CONSTRAINT "ceasefires_relations_ceasefire_id_fkey" FOREIGN KEY ("ceasefire_id") REFERENCES "ceasefires"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_relations" ADD CONSTRAINT "ceasefires_relations_ceasefire_fkey" FOREIGN KEY ("ceasefire") REFERENCES "ceasefires"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_external_ids" ADD CONSTRAINT "ceasefires_external_ids_ceasefire_id_fkey" FOREIGN KEY ("ceasefire_id") REFERENCES "ceasefires"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_citations" ADD CONSTRAINT "ceasefires_citations_ceasefire_id_fkey" FOREIGN KEY ("ceasefire_id") REFERENCES "ceasefires"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ceasefires_citations" ADD CONSTRAINT "ceasefires_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations" ADD CONSTRAINT "violations_ceasefire_fkey" FOREIGN KEY ("ceasefire") REFERENCES "ceasefires"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_weapons" ADD CONSTRAINT "violations_weapons_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_involved" ADD CONSTRAINT "violations_involved_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_involved" ADD CONSTRAINT "violations_involved_actor_fkey" FOREIGN KEY ("actor") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_claims" ADD CONSTRAINT "violations_claims_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_claims" ADD CONSTRAINT "violations_claims_claimant_fkey" FOREIGN KEY ("claimant") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_claims_accused" ADD CONSTRAINT "violations_claims_accused_violation_id_claims_position_fkey" FOREIGN KEY ("violation_id", "claims_position") REFERENCES "violations_claims"("violation_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_claims_accused" ADD CONSTRAINT "violations_claims_accused_actor_fkey" FOREIGN KEY ("actor") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_claims_citations" ADD CONSTRAINT "violations_claims_citations_violation_id_claims_position_fkey" FOREIGN KEY ("violation_id", "claims_position") REFERENCES "violations_claims"("violation_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_claims_citations" ADD CONSTRAINT "violations_claims_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_locations" ADD CONSTRAINT "violations_locations_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_locations" ADD CONSTRAINT "violations_locations_place_fkey" FOREIGN KEY ("place") REFERENCES "places"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_casualty_claims" ADD CONSTRAINT "violations_casualty_claims_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_casualty_claims" ADD CONSTRAINT "violations_casualty_claims_claimant_fkey" FOREIGN KEY ("claimant") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_casualty_claims" ADD CONSTRAINT "violations_casualty_claims_of_fkey" FOREIGN KEY ("of") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_casualty_claims_citations" ADD CONSTRAINT "violations_casualty_claims_citations_violation_id_casualty_fkey" FOREIGN KEY ("violation_id", "casualty_claims_position") REFERENCES "violations_casualty_claims"("violation_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_casualty_claims_citations" ADD CONSTRAINT "violations_casualty_claims_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_counts" ADD CONSTRAINT "violations_counts_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_counts" ADD CONSTRAINT "violations_counts_counted_by_fkey" FOREIGN KEY ("counted_by") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_counts_citations" ADD CONSTRAINT "violations_counts_citations_violation_id_counts_position_fkey" FOREIGN KEY ("violation_id", "counts_position") REFERENCES "violations_counts"("violation_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_counts_citations" ADD CONSTRAINT "violations_counts_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_responses" ADD CONSTRAINT "violations_responses_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_responses" ADD CONSTRAINT "violations_responses_actor_fkey" FOREIGN KEY ("actor") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_responses_violations" ADD CONSTRAINT "violations_responses_violations_violation_id_responses_pos_fkey" FOREIGN KEY ("violation_id", "responses_position") REFERENCES "violations_responses"("violation_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_responses_violations" ADD CONSTRAINT "violations_responses_violations_violation_fkey" FOREIGN KEY ("violation") REFERENCES "violations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_responses_citations" ADD CONSTRAINT "violations_responses_citations_violation_id_responses_posi_fkey" FOREIGN KEY ("violation_id", "responses_position") REFERENCES "violations_responses"("violation_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_responses_citations" ADD CONSTRAINT "violations_responses_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_assessments" ADD CONSTRAINT "violations_assessments_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_assessments" ADD CONSTRAINT "violations_assessments_assessor_fkey" FOREIGN KEY ("assessor") REFERENCES "actors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_assessments_citations" ADD CONSTRAINT "violations_assessments_citations_violation_id_assessments__fkey" FOREIGN KEY ("violation_id", "assessments_position") REFERENCES "violations_assessments"("violation_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_assessments_citations" ADD CONSTRAINT "violations_assessments_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_links" ADD CONSTRAINT "violations_links_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_links" ADD CONSTRAINT "violations_links_violation_fkey" FOREIGN KEY ("violation") REFERENCES "violations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_external_ids" ADD CONSTRAINT "violations_external_ids_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_citations" ADD CONSTRAINT "violations_citations_violation_id_fkey" FOREIGN KEY ("violation_id") REFERENCES "violations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "violations_citations" ADD CONSTRAINT "violations_citations_source_fkey" FOREIGN KEY ("source") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
