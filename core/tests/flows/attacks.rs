//! What an attacker tries, and what an application gets wrong without meaning to.

mod printing;
mod sites;
