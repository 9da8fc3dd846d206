//! What goes wrong around a site: its application's code, its nodes, its stores.

mod application;
mod events;
mod nodes;
mod slow;
