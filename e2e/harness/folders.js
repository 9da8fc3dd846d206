// Where things are.

import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const E2E = dirname(dirname(fileURLToPath(import.meta.url)))
export const ROOT = dirname(E2E)
/** Whatever is made here goes under `target`. */
export const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target")
export const BUNDLES = join(TARGET, "e2e")
