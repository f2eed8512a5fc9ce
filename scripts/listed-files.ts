import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** The files of the repository, those not yet committed included. */
export function listedFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  return listed.split("\n").filter((file) => file !== "" && existsSync(file));
}
