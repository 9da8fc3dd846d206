//! What an attacker tries, and what an application gets wrong without meaning to.

mod configuration;
mod epochs;
mod floods;
mod forms;
mod identity;
mod outside;
mod printing;
mod redirects;
mod sites;
mod standing;
