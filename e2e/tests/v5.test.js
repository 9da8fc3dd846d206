import { claims } from "../client/claims.js"

claims("v5")
