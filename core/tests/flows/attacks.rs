//! What an attacker tries, and what an application gets wrong without meaning to.

mod floods;
mod identity;
mod printing;
mod sites;
