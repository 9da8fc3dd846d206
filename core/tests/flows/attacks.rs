//! What an attacker tries, and what an application gets wrong without meaning to.

mod identity;
mod printing;
mod sites;
