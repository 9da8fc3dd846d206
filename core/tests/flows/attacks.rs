//! What an attacker tries, and what an application gets wrong without meaning to.

mod configuration;
mod epochs;
mod floods;
mod forms;
mod identity;
mod inside;
mod outside;
mod printing;
mod redirects;
mod sinks;
mod sites;
mod standing;
